/* SPDX-License-Identifier: MIT */
/*
 * promptledger import: takes the prompts of a file into the installation.
 */
#include "cli/command.h"
#include "cli/import_csv.h"
#include "cli/import_json.h"
#include "cli/importer.h"

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

struct import_options {
	const char *data;
	const char *user;
	const char *path;
};

static const char *
read_options(int argc, char **argv, struct import_options *o)
{
	static const struct option options[] = {
		{ "data", required_argument, NULL, 'd' },
		{ "user", required_argument, NULL, 'u' },
		{ NULL, 0, NULL, 0 },
	};
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 'd')
			o->data = optarg;
		else if (option == 'u')
			o->user = optarg;
		else
			return "";
	}
	if (optind + 1 != argc)
		return "which file?";
	o->path = argv[optind];
	return NULL;
}

/* JSON of an object or an array begins with its bracket; anything else is
 * CSV. */
static bool
looks_like_json(const char *text, size_t len)
{
	size_t i = 0;

	while (i < len && strchr(" \t\r\n", text[i]) != NULL)
		i++;
	return i < len && (text[i] == '{' || text[i] == '[');
}

static bool
import_mapped(struct importer *im, FILE *file, size_t len)
{
	const char *text = len == 0
	    ? ""
	    : mmap(NULL, len, PROT_READ, MAP_PRIVATE, fileno(file), 0);
	bool done;

	if (text == MAP_FAILED) {
		fprintf(stderr, "promptledger import: cannot read: %s\n",
		    strerror(errno));
		return false;
	}
	/* A byte order mark is no part of the text. */
	if (len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
		done = looks_like_json(text + 3, len - 3)
		    ? import_json(im, text + 3, len - 3)
		    : import_csv(im, file, (int64_t)len);
	else
		done = looks_like_json(text, len)
		    ? import_json(im, text, len)
		    : import_csv(im, file, (int64_t)len);
	if (len > 0)
		munmap((void *)text, len);
	return done;
}

static void
print_counts(const char *what, const struct importer_counts *c)
{
	printf("%s: %" PRId64 " imported, %" PRId64 " skipped, %" PRId64
	       " rejected\n",
	    what, c->created, c->skipped, c->rejected);
}

static int
import_file(struct importer *im, FILE *file)
{
	const struct importer_counts *prompts = importer_prompts(im);
	const struct importer_counts *users = importer_users(im);
	struct stat st;
	bool done;

	if (fstat(fileno(file), &st) != 0 || !S_ISREG(st.st_mode)) {
		fputs("promptledger import: not a file\n", stderr);
		return COMMAND_FAILED;
	}
	done = import_mapped(im, file, (size_t)st.st_size);
	if (users->created + users->skipped + users->rejected > 0)
		print_counts("users", users);
	print_counts("prompts", prompts);
	return done && prompts->rejected + users->rejected == 0
	    ? COMMAND_DONE
	    : COMMAND_FAILED;
}

static int
run_import(const struct command *self, int argc, char **argv)
{
	struct import_options o = { 0 };
	const char *wrong = read_options(argc, argv, &o);
	struct command_session s;
	struct importer *im;
	int status = COMMAND_FAILED;
	FILE *file;

	if (wrong != NULL)
		return command_misused(self, wrong[0] == '\0' ? NULL : wrong);
	file = fopen(o.path, "rb");
	if (file == NULL) {
		fprintf(stderr, "promptledger import: %s: %s\n", o.path,
		    strerror(errno));
		return COMMAND_FAILED;
	}
	if (command_open(&s, COMMAND_DATA_EXISTING, o.data)) {
		im = importer_begin(&s, o.user);
		if (im != NULL)
			status = import_file(im, file);
		importer_end(im);
		command_close(&s);
	}
	fclose(file);
	return status;
}

const struct command import_command = {
	.name = "import",
	.usage = "[--user E] [--data DIR] FILE",
	.summary = "take in an admin export or PromptCrafter data (JSON), or a "
		   "CSV file with act and prompt; again skips what is there",
	.run = run_import,
};
