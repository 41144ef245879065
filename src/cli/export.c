/* SPDX-License-Identifier: MIT */
/*
 * promptledger export: writes all prompts into a file, or to standard output,
 * as the admin family's export does.
 */
#include "cli/command.h"
#include "cli/progress.h"

#include "api/admin/admin_transfer.h"
#include "base/text.h"
#include "domain/prompt.h"

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define PIECE_BYTES ((size_t)64 << 10)
#define PIECE_MAX_BYTES ((size_t)64 << 20)

struct export
{
	const char *data;
	const char *path; /* NULL: standard output */
	enum admin_format format;
	FILE *file;
	struct buf out;
	struct progress progress;
	int64_t count;
};

static const char *
read_options(int argc, char **argv, struct export *e)
{
	static const struct option options[] = {
		{ "data", required_argument, NULL, 'd' },
		{ "format", required_argument, NULL, 'f' },
		{ NULL, 0, NULL, 0 },
	};
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 'd')
			e->data = optarg;
		else if (option == 'f' && text_equal(optarg, "csv"))
			e->format = ADMIN_CSV;
		else if (option == 'f' && !text_equal(optarg, "json"))
			return "--format is json or csv";
		else if (option != 'f')
			return "";
	}
	if (argc - optind > 1)
		return "too many arguments";
	e->path = argv[optind]; /* NULL when there is none */
	return NULL;
}

/* Write what has gathered. */
static bool
drain(struct export *e)
{
	bool written = !buf_failed(&e->out) &&
	    fwrite(buf_string(&e->out), 1, e->out.len, e->file) == e->out.len;

	buf_clear(&e->out);
	return written;
}

static bool
step(void *export)
{
	struct export *e = export;

	progress_show(&e->progress, ++e->count);
	return e->out.len < PIECE_BYTES || drain(e);
}

static enum err
write_prompts(struct txn *t, void *export)
{
	struct export *e = export;
	const struct prompt_filter all = { 0 };
	int64_t total;
	enum err err;

	if ((err = prompt_count(t, &all, &total)) != ERR_NONE)
		return err;
	progress_begin(&e->progress, "exported", total);
	err = admin_export(t, e->format, &e->out, step, e);
	progress_end(&e->progress);
	if (err == ERR_NONE && (!drain(e) || fflush(e->file) != 0))
		return txn_fail(t, ERR_IO, NULL, strerror(errno));
	return err;
}

static int
export_open(struct export *e)
{
	struct command_session s;
	int status = COMMAND_DONE;

	if (!command_open(&s, COMMAND_DATA_EXISTING, e->data))
		return COMMAND_FAILED;
	buf_init(&e->out, PIECE_MAX_BYTES);
	if (command_run(&s, TXN_READ, write_prompts, e) != ERR_NONE)
		status = command_failed(&s, "cannot export");
	else
		fprintf(stderr, "%" PRId64 " prompts exported\n", e->count);
	buf_free(&e->out);
	command_close(&s);
	return status;
}

static int
tell_errno(const char *path)
{
	fprintf(stderr, "promptledger export: %s: %s\n", path, strerror(errno));
	return COMMAND_FAILED;
}

/* The file gets its name when it is whole: whatever stood there stays until
 * then. */
static int
export_file(struct export *e)
{
	char part[4096];
	int status;

	if ((size_t)snprintf(part, sizeof(part), "%s.part", e->path) >=
	    sizeof(part)) {
		errno = ENAMETOOLONG;
		return tell_errno(e->path);
	}
	if ((e->file = fopen(part, "wb")) == NULL)
		return tell_errno(part);
	status = export_open(e);
	if (status == COMMAND_DONE && fsync(fileno(e->file)) != 0)
		status = tell_errno(part);
	if (fclose(e->file) != 0 && status == COMMAND_DONE)
		status = tell_errno(part);
	if (status == COMMAND_DONE && rename(part, e->path) != 0)
		status = tell_errno(e->path);
	if (status != COMMAND_DONE)
		unlink(part);
	return status;
}

static int
run_export(const struct command *self, int argc, char **argv)
{
	struct export e = { .format = ADMIN_JSON, .file = stdout };
	const char *wrong = read_options(argc, argv, &e);

	if (wrong != NULL)
		return command_misused(self, wrong[0] == '\0' ? NULL : wrong);
	return e.path == NULL ? export_open(&e) : export_file(&e);
}

const struct command export_command = {
	.name = "export",
	.usage = "[--format json|csv] [--data DIR] [FILE]",
	.summary = "write all prompts to FILE or standard output",
	.run = run_export,
};
