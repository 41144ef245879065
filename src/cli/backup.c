/* SPDX-License-Identifier: MIT */
/*
 * promptledger backup: writes the database, as it is at one moment, and all
 * recordings into one archive, while others write.
 *
 * The archive grows in a directory of its own beside FILE, is read back from
 * the disk, and only then gets its name.
 */
#include "cli/archive.h"
#include "cli/command.h"
#include "cli/progress.h"

#include "base/clock.h"
#include "base/text.h"
#include "domain/asset_copy.h"
#include "domain/audit.h"
#include "domain/installation.h"
#include "store/snapshot.h"
#include "wire/doc.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <limits.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A recording that is deleted between the snapshot and its copy makes the
 * archive be begun anew; so often, then something else is wrong. */
#define ATTEMPTS 3

struct backup {
	const char *data;
	const char *path;
	bool force;
	bool as_json;
	struct command_session *session;
	struct store *copy; /* the snapshot, opened to be looked at */
	struct archive_list list;
	size_t room; /* in list.files */
	struct audit_report report;
	struct progress progress;
	char dir[PATH_MAX];           /* the working directory */
	char database[PATH_MAX + 32]; /* in it */
	char archive[PATH_MAX + 32];
	bool gone;
};

static const char *
read_options(int argc, char **argv, struct backup *b)
{
	static const struct option options[] = {
		{ "data", required_argument, NULL, 'd' },
		{ "force", no_argument, NULL, 'f' },
		{ "json", no_argument, NULL, 'j' },
		{ NULL, 0, NULL, 0 },
	};
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 'd')
			b->data = optarg;
		else if (option == 'f')
			b->force = true;
		else if (option == 'j')
			b->as_json = true;
		else
			return "";
	}
	if (optind + 1 != argc)
		return "which file?";
	b->path = argv[optind];
	return NULL;
}

static enum err
fail(struct backup *b, const char *path)
{
	enum err err = errno == ENOSPC || errno == EDQUOT ? ERR_FULL : ERR_IO;

	return err_fail(&b->session->failure, err, NULL,
	    arena_printf(b->session->arena, "%s: %s", path, strerror(errno)));
}

/*
 * What is in the snapshot.
 */

static void
show_copied(void *backup, int64_t done, int64_t total)
{
	struct backup *b = backup;

	b->progress.total = total;
	progress_show(&b->progress, done);
}

static enum err
make_snapshot(struct backup *b)
{
	enum err err;

	progress_begin(&b->progress, "copied", 1);
	b->list.created_ms = clock_now_ms();
	err = snapshot_make(b->session->store, b->database, show_copied, b,
	    &b->session->failure);
	progress_end(&b->progress);
	return err;
}

static bool
add_recording(void *backup, const struct asset_name *one)
{
	struct backup *b = backup;
	struct archive_list *list = &b->list;
	struct archive_file *more;
	char path[PATH_MAX], rest[ASSET_PATH_SIZE];
	struct stat st;

	if (!one->is_needed) {
		asset_path(one->name, rest);
		snprintf(
		    path, sizeof(path), "%s/%s", b->session->config.data, rest);
		if (stat(path, &st) != 0)
			return true;
	}
	if (list->count == b->room) {
		b->room *= 2;
		more = arena_alloc(b->session->arena, b->room * sizeof(*more));
		memcpy(more, list->files, list->count * sizeof(*more));
		list->files = more;
	}
	memcpy(list->files[list->count].digest, one->name,
	    sizeof(list->files[0].digest));
	list->files[list->count++].size_bytes = one->size_bytes;
	return true;
}

static enum err
look(struct txn *t, void *backup)
{
	struct backup *b = backup;
	enum err err;

	b->room = 64;
	b->list.files =
	    arena_alloc(txn_arena(t), b->room * sizeof(*b->list.files));
	b->list.count = 1; /* the database */
	if ((err = audit_verify(t, NULL, &b->report)) != ERR_NONE)
		return err;
	return asset_list_names(t, add_recording, b);
}

/* Open the snapshot as what it is, a data directory without recordings. */
static enum err
look_into(struct backup *b)
{
	struct command_session *s = b->session;
	struct store_options options = { .dir = b->dir, .lock_ms = 5000 };
	struct txn_call call;
	bool fresh;
	enum err err;

	err = store_open(&options, &b->copy, &fresh, &s->failure);
	if (err != ERR_NONE)
		return err;
	txn_call_init(&call, s->arena, &s->failure);
	if ((err = snapshot_check(b->copy, &s->failure)) == ERR_NONE)
		err = txn_run(b->copy, TXN_READ, look, b, &call);
	store_close(b->copy);
	b->copy = NULL;
	if (err != ERR_NONE)
		return err;
	b->list.rows = b->report.rows;
	memcpy(b->list.head, b->report.head, sizeof(b->list.head));
	return archive_digest(b->database, &b->list.files[0], &s->failure);
}

/*
 * The archive.
 */

static void
show_done(void *backup, int64_t done)
{
	struct backup *b = backup;

	progress_show(&b->progress, done);
}

static enum err
write_archive(struct backup *b, int fd)
{
	struct command_session *s = b->session;
	struct archive_watch watch = { .step = show_done, .arg = b };
	enum err err;

	progress_begin(&b->progress, "packed", archive_bytes(&b->list));
	err = archive_write(fd, &b->list, b->database, s->config.data, &watch,
	    &b->gone, s->arena, &s->failure);
	progress_end(&b->progress);
	if (err == ERR_NONE && fsync(fd) != 0)
		err = fail(b, b->archive);
	return err;
}

/* From the disk, not from memory: what was synced may be dropped. */
static enum err
read_back(struct backup *b, int fd)
{
	struct command_session *s = b->session;
	struct archive_watch watch = { .step = show_done, .arg = b };
	struct archive_list list;
	enum err err;

	(void)posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED); /* a wish only */
	if (lseek(fd, 0, SEEK_SET) != 0)
		return fail(b, b->archive);
	progress_begin(&b->progress, "read back", archive_bytes(&b->list));
	err = archive_read(fd, NULL, &watch, &list, s->arena, &s->failure);
	progress_end(&b->progress);
	return err;
}

static enum err
make_archive(struct backup *b)
{
	int fd = open(b->archive, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	enum err err;

	if (fd == -1)
		return fail(b, b->archive);
	if ((err = write_archive(b, fd)) == ERR_NONE)
		err = read_back(b, fd);
	if (close(fd) != 0 && err == ERR_NONE)
		err = fail(b, b->archive);
	return err;
}

/* What SQLite and the lock leave beside a database, and all the rest. */
static void
remove_work(const struct backup *b)
{
	static const char *const names[] = {
		"promptledger.db",
		"promptledger.db-journal",
		"promptledger.db-wal",
		"promptledger.db-shm",
		"promptledger.lock",
		"archive",
	};
	char path[PATH_MAX + 32];
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", b->dir, names[i]);
		unlink(path);
	}
	rmdir(b->dir);
}

static enum err
attempt(struct backup *b)
{
	enum err err;

	b->gone = false;
	unlink(b->database);
	if ((err = make_snapshot(b)) != ERR_NONE ||
	    (err = look_into(b)) != ERR_NONE)
		return err;
	return make_archive(b);
}

/* Give the archive its name; without --force only if that is free, even if
 * somebody took it meanwhile. */
static enum err
name_archive(struct backup *b)
{
	char parent[PATH_MAX], *slash;
	int fd, result;

	if (b->force ? rename(b->archive, b->path) != 0
		     : link(b->archive, b->path) != 0)
		return fail(b, b->path);
	snprintf(parent, sizeof(parent), "%s", b->path);
	slash = strrchr(parent, '/');
	if (slash == NULL)
		snprintf(parent, sizeof(parent), ".");
	else
		slash[slash == parent ? 1 : 0] = '\0';
	if ((fd = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) == -1)
		return fail(b, parent);
	result = fsync(fd);
	close(fd);
	return result == 0 ? ERR_NONE : fail(b, parent);
}

static enum err
run_attempts(struct backup *b)
{
	enum err err;
	int n;

	if (snprintf(b->dir, sizeof(b->dir), "%s.XXXXXX", b->path) >=
	    (int)sizeof(b->dir) - 32) {
		errno = ENAMETOOLONG;
		return fail(b, b->path);
	}
	if (mkdtemp(b->dir) == NULL)
		return fail(b, b->dir);
	snprintf(b->database, sizeof(b->database), "%s/" SNAPSHOT_NAME, b->dir);
	snprintf(b->archive, sizeof(b->archive), "%s/archive", b->dir);
	for (n = 1; (err = attempt(b)) != ERR_NONE; n++) {
		if (!b->gone || n == ATTEMPTS)
			break;
	}
	if (err == ERR_NONE)
		err = name_archive(b);
	remove_work(b);
	return err;
}

static void
print_json(const struct backup *b)
{
	char at[CLOCK_TEXT_SIZE];
	struct buf out;
	struct doc d;

	clock_iso_ms(b->list.created_ms, at);
	buf_init(&out, 1 << 16);
	doc_init(&d, &out);
	doc_object(&d, NULL);
	doc_text(&d, "file", b->path);
	doc_text(&d, "created", at);
	doc_integer(&d, "rows", b->list.rows);
	doc_text(&d, "head", b->list.head);
	doc_integer(&d, "recordings", (int64_t)b->list.count - 1);
	doc_integer(&d, "bytes", archive_bytes(&b->list));
	doc_object_end(&d);
	puts(buf_string(&out));
	buf_free(&out);
}

static void
print_done(const struct backup *b)
{
	if (b->report.reason != NULL)
		fprintf(stderr,
		    "promptledger: the audit log is broken at row %" PRId64
		    " (%s): `restore` will refuse this backup\n",
		    b->report.broken_seq, b->report.reason);
	if (b->as_json)
		print_json(b);
	else
		printf("%s: %" PRId64 " audit rows, %zu recordings, head %s\n",
		    b->path, b->list.rows, b->list.count - 1, b->list.head);
}

static int
run_backup(const struct command *self, int argc, char **argv)
{
	struct backup b = { 0 };
	const char *wrong = read_options(argc, argv, &b);
	struct command_session s;
	int status = COMMAND_FAILED;

	if (wrong != NULL)
		return command_misused(self, wrong[0] == '\0' ? NULL : wrong);
	if (!b.force && access(b.path, F_OK) == 0) {
		fprintf(stderr,
		    "promptledger: %s is there already; --force replaces it\n",
		    b.path);
		return COMMAND_FAILED;
	}
	if (!command_open(&s, COMMAND_DATA_EXISTING, b.data))
		return COMMAND_FAILED;
	b.session = &s;
	if (run_attempts(&b) != ERR_NONE) {
		command_failed(&s, "no backup was made");
	} else {
		print_done(&b);
		status = COMMAND_DONE;
	}
	command_close(&s);
	return status;
}

const struct command backup_command = {
	.name = "backup",
	.usage = "[--force] [--json] [--data DIR] FILE",
	.summary = "write database and recordings into one archive, while "
		   "others write",
	.run = run_backup,
};
