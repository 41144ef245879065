/* SPDX-License-Identifier: MIT */
#include "cli/ask.h"

#include "base/buf.h"
#include "base/text.h"

#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/wait.h>
#include <unistd.h>

#define ANSWER_MAX_BYTES ((size_t)1 << 20)

extern char **environ;

/*
 * What curl is told, on its standard input.
 */

/* A quoted value as in .curlrc. */
static void
add_option(struct buf *out, const char *name, const char *value)
{
	buf_printf(out, "%s = \"", name);
	for (; *value != '\0'; value++) {
		if (*value == '"' || *value == '\\')
			buf_char(out, '\\');
		buf_char(out, *value == '\n' || *value == '\r' ? ' ' : *value);
	}
	buf_text(out, "\"\n");
}

static void
add_body(struct buf *out, size_t bytes)
{
	size_t i;

	/* Lines of curl's configuration have a limit, pieces are joined with
	 * '&'. */
	for (i = 0; i < bytes; i += 1024)
		buf_printf(out, "data = \"%01023d\"\n", 0);
}

static void
write_options(const struct ask *ask, struct buf *out)
{
	const char *const *header = ask->headers;

	buf_text(out,
	    "silent\nshow-error\ninclude\npath-as-is\n"
	    "max-time = 20\n");
	add_option(out, "url", ask->url);
	add_option(out, "request", ask->method);
	/* Else curl waits for "100 Continue". */
	add_option(out, "header", "Expect:");
	for (; header != NULL && *header != NULL; header++)
		add_option(out, "header", *header);
	add_body(out, ask->body_bytes);
}

/*
 * Running it.
 */

/* A file without a name, from its beginning. */
static FILE *
write_file(const struct buf *content)
{
	FILE *file = tmpfile();

	if (file != NULL &&
	    (fwrite(content->ptr, 1, content->len, file) != content->len ||
		fflush(file) != 0 || lseek(fileno(file), 0, SEEK_SET) != 0)) {
		fclose(file);
		file = NULL;
	}
	return file;
}

static int
run_curl(int in, int out)
{
	char curl[] = "curl", plain[] = "--disable", told[] = "--config",
	     by_input[] = "-";
	char *words[] = { curl, plain, told, by_input, NULL };
	posix_spawn_file_actions_t files;
	pid_t child;
	int status;

	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_adddup2(&files, in, STDIN_FILENO);
	posix_spawn_file_actions_adddup2(&files, out, STDOUT_FILENO);
	posix_spawn_file_actions_adddup2(&files, out, STDERR_FILENO);
	status = posix_spawnp(&child, "curl", &files, NULL, words, environ);
	posix_spawn_file_actions_destroy(&files);
	if (status != 0 || waitpid(child, &status, 0) != child ||
	    !WIFEXITED(status))
		return 127;
	return WEXITSTATUS(status);
}

static const char *
read_file(FILE *file, struct arena *a)
{
	char *text = arena_alloc(a, ANSWER_MAX_BYTES + 1);
	size_t len;

	rewind(file);
	len = fread(text, 1, ANSWER_MAX_BYTES, file);
	text[len] = '\0';
	return text;
}

/* Status line, headers, body; interim answers before it are passed by. */
static const char *
take_apart(const char *text, struct ask_answer *out, struct arena *a)
{
	const char *end, *line, *blank;
	int64_t status;

	do {
		end = strstr(text, "\r\n\r\n");
		line = strstr(text, "\r\n");
		blank = strchr(text, ' ');
		if (end == NULL || blank == NULL || blank > line ||
		    !text_to_int64(arena_copy(a, blank + 1, 3), &status))
			return "the answer is no HTTP";
		out->status = (int)status;
		out->headers = arena_copy(a, line + 2, (size_t)(end - line));
		out->body = text = end + 4;
	} while (status / 100 == 1);
	return NULL;
}

const char *
ask_web(const struct ask *ask, struct arena *a, struct ask_answer *out)
{
	struct buf options;
	FILE *in = NULL, *answer = tmpfile();
	const char *wrong = "there is no room for temporary files", *text;
	int status;

	buf_init(&options, ANSWER_MAX_BYTES);
	write_options(ask, &options);
	if (answer != NULL && !buf_failed(&options))
		in = write_file(&options);
	if (in != NULL) {
		status = run_curl(fileno(in), fileno(answer));
		text = read_file(answer, a);
		if (status == 127)
			wrong = "curl is not installed";
		else if (status != 0)
			wrong = arena_copy(a, text, strcspn(text, "\r\n"));
		else
			wrong = take_apart(text, out, a);
		fclose(in);
	}
	if (answer != NULL)
		fclose(answer);
	buf_free(&options);
	return wrong;
}

const char *
ask_header(const struct ask_answer *answer, const char *name, struct arena *a)
{
	const char *line = answer->headers;
	size_t len = strlen(name), end;

	while (*line != '\0') {
		end = strcspn(line, "\r\n");
		if (strncasecmp(line, name, len) == 0 && line[len] == ':') {
			line += len + 1;
			end -= len + 1;
			while (*line == ' ') {
				line++;
				end--;
			}
			return arena_copy(a, line, end);
		}
		line += end;
		line += strspn(line, "\r\n");
	}
	return NULL;
}
