/* SPDX-License-Identifier: MIT */
/*
 * promptledger restore: puts what a backup holds in the place of the data.
 *
 * The archive is unpacked into a directory of its own inside of the data
 * directory, checked there in every way, and put in place at last, by
 * renaming.  Until then nothing has changed.
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
#include <ftw.h>
#include <getopt.h>
#include <inttypes.h>
#include <limits.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct restore {
	const char *data;
	const char *path;
	bool force;
	bool as_json;
	struct command_session *session;
	unsigned char key[SEAL_KEY_BYTES];
	bool has_key;
	struct archive_list list;
	struct progress progress;
	char dir[PATH_MAX]; /* where it is unpacked */
	char database[PATH_MAX + 32];
	int fd; /* of the file that is being unpacked, or -1 */
	bool has_head;
	struct seal_head replaced;
	char aside[SNAPSHOT_ASIDE_SIZE];
};

static const char *
read_options(int argc, char **argv, struct restore *r)
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
			r->data = optarg;
		else if (option == 'f')
			r->force = true;
		else if (option == 'j')
			r->as_json = true;
		else
			return "";
	}
	if (optind + 1 != argc)
		return "which file?";
	r->path = argv[optind];
	return NULL;
}

static enum err
fail(struct restore *r, const char *path)
{
	enum err err = errno == ENOSPC || errno == EDQUOT ? ERR_FULL : ERR_IO;

	return err_fail(&r->session->failure, err, NULL,
	    arena_printf(r->session->arena, "%s: %s", path, strerror(errno)));
}

static enum err
refuse(struct restore *r, const char *why)
{
	return err_fail(&r->session->failure, ERR_IO, NULL, why);
}

/*
 * Unpacking.
 */

/* The directories of a recording; the paths come from digests. */
static bool
make_dirs(char *path, size_t from)
{
	char *slash;

	for (slash = strchr(path + from, '/'); slash != NULL;
	     slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (mkdir(path, 0700) != 0 && errno != EEXIST)
			return false;
		*slash = '/';
	}
	return true;
}

static enum err
begin_file(void *restore, const struct archive_list *list, size_t index)
{
	struct restore *r = restore;
	char path[PATH_MAX + ASSET_PATH_SIZE], name[ASSET_PATH_SIZE];

	if (index == 0)
		progress_begin(&r->progress, "unpacked", archive_bytes(list));
	archive_path(list, index, name, sizeof(name));
	snprintf(path, sizeof(path), "%s/%s", r->dir, name);
	if (!make_dirs(path, strlen(r->dir) + 1))
		return fail(r, path);
	r->fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	return r->fd == -1 ? fail(r, path) : ERR_NONE;
}

static enum err
add_bytes(void *restore, const char *bytes, size_t len)
{
	struct restore *r = restore;
	ssize_t written;

	while (len > 0) {
		written = write(r->fd, bytes, len);
		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0)
			return fail(r, r->dir);
		bytes += written;
		len -= (size_t)written;
	}
	return ERR_NONE;
}

static enum err
end_file(void *restore)
{
	struct restore *r = restore;
	int fd = r->fd;
	bool synced = fsync(fd) == 0;

	r->fd = -1;
	return close(fd) == 0 && synced ? ERR_NONE : fail(r, r->dir);
}

static void
show_done(void *restore, int64_t done)
{
	struct restore *r = restore;

	progress_show(&r->progress, done);
}

static enum err
unpack(struct restore *r)
{
	struct archive_watch watch = { .step = show_done, .arg = r };
	struct archive_sink sink = {
		.begin = begin_file,
		.add = add_bytes,
		.end = end_file,
		.arg = r,
	};
	int fd = open(r->path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	enum err err;

	if (fd == -1)
		return fail(r, r->path);
	r->fd = -1;
	err = archive_read(fd, &sink, &watch, &r->list, r->session->arena,
	    &r->session->failure);
	progress_end(&r->progress);
	if (r->fd != -1)
		close(r->fd);
	close(fd);
	return err;
}

/*
 * Checking what was unpacked.
 */

static bool
is_unpacked(void *restore, const struct asset_name *one)
{
	struct restore *r = restore;
	char path[PATH_MAX + ASSET_PATH_SIZE], rest[ASSET_PATH_SIZE];
	struct stat st;

	if (!one->is_needed)
		return true;
	asset_path(one->name, rest);
	snprintf(path, sizeof(path), "%s/%s", r->dir, rest);
	if (stat(path, &st) == 0 && st.st_size == one->size_bytes)
		return true;
	refuse(r, arena_printf(r->session->arena, "%s is not in it", rest));
	return false;
}

static void
show_rows(void *restore, int64_t rows)
{
	show_done(restore, rows);
}

static enum err
check_log(struct txn *t, void *restore)
{
	struct restore *r = restore;
	struct audit_check check = {
		.key = r->has_key ? r->key : NULL,
		.step = show_rows,
		.step_arg = r,
	};
	struct audit_report report;
	enum err err;

	progress_begin(&r->progress, "verified", r->list.rows);
	err = audit_verify(t, &check, &report);
	progress_end(&r->progress);
	if (err != ERR_NONE)
		return err;
	if (report.reason != NULL)
		return txn_fail(t, ERR_IO, NULL,
		    arena_printf(txn_arena(t),
			"its audit log is broken at row %" PRId64 ": %s",
			report.broken_seq, report.reason));
	if (report.rows != r->list.rows ||
	    !text_equal(report.head, r->list.head))
		return txn_fail(t, ERR_IO, NULL,
		    "its audit log is not the one that its list names");
	r->session->failure.code = ERR_NONE;
	if ((err = asset_list_names(t, is_unpacked, r)) != ERR_NONE)
		return err;
	return r->session->failure.code;
}

static enum err
note_restore(struct txn *t, void *restore)
{
	struct restore *r = restore;
	char hash[2 * SEAL_HASH_BYTES + 1], at[CLOCK_TEXT_SIZE];
	const char *replaced = "null";

	clock_iso_ms(r->list.created_ms, at);
	if (r->has_head) {
		text_hex(r->replaced.hash, SEAL_HASH_BYTES, hash);
		replaced = arena_printf(txn_arena(t),
		    "{\"rows\":%" PRId64 ",\"head\":\"%s\"}", r->replaced.seq,
		    hash);
	}
	return audit_note(t, "RESTORE",
	    arena_printf(txn_arena(t),
		"{\"backup\":{\"created\":\"%s\",\"rows\":%" PRId64
		",\"head\":\"%s\"},\"replaced\":%s}",
		at, r->list.rows, r->list.head, replaced));
}

/* Open what was unpacked as a data directory of its own, and bring its schema
 * up to date if it is an older one. */
static enum err
open_unpacked(struct restore *r)
{
	struct command_session *s = r->session;
	struct store_options options = {
		.dir = r->dir,
		.synchronous_full = true,
		.lock_ms = s->config.lock_ms,
		.audit_key = r->has_key ? r->key : NULL,
	};
	bool fresh;

	return store_open(&options, &s->store, &fresh, &s->failure);
}

static void
close_unpacked(struct restore *r)
{
	store_close(r->session->store);
	r->session->store = NULL;
}

static enum err
check_unpacked(struct restore *r)
{
	struct command_session *s = r->session;
	enum err err;

	if ((err = open_unpacked(r)) != ERR_NONE)
		return err;
	if ((err = snapshot_check(s->store, &s->failure)) == ERR_NONE)
		err = command_run(s, TXN_READ, check_log, r);
	close_unpacked(r);
	return err;
}

/*
 * Putting it in place.
 */

/* Recordings first: a database without them is never seen.  Those of the old
 * one stay. */
static enum err
place_recordings(struct restore *r)
{
	struct command_session *s = r->session;
	enum err err;
	size_t i;

	for (i = 1; i < r->list.count; i++) {
		err = asset_move(r->dir, s->config.data,
		    r->list.files[i].digest, &s->failure);
		if (err != ERR_NONE)
			return err;
	}
	return ERR_NONE;
}

/* With the writers' turn in hand: the new log notes where the old one ends,
 * which nobody can move any more. */
static enum err
note_and_swap(struct restore *r, struct snapshot_swap *swap)
{
	struct command_session *s = r->session;
	char beside[PATH_MAX + 64];
	enum err err;

	r->has_head = snapshot_swap_head(swap, &r->replaced);
	if ((err = open_unpacked(r)) != ERR_NONE)
		return err;
	err = command_run(s, TXN_WRITE, note_restore, r);
	close_unpacked(r);
	if (err != ERR_NONE)
		return err;
	snprintf(beside, sizeof(beside), "%s-wal", r->database);
	if (access(beside, F_OK) == 0)
		return refuse(r, "the unpacked database could not be closed");
	return snapshot_swap(
	    swap, r->database, s->call.now_ms, r->aside, &s->failure);
}

static enum err
put_in_place(struct restore *r)
{
	struct command_session *s = r->session;
	struct store_options options = {
		.dir = s->config.data,
		.lock_ms = s->config.lock_ms,
	};
	struct snapshot_swap *swap;
	enum err err;

	if ((err = place_recordings(r)) != ERR_NONE ||
	    (err = snapshot_swap_begin(&options, &swap, &s->failure)) !=
		ERR_NONE)
		return err;
	/* Whoever made one meanwhile did not expect it to be replaced. */
	if (!r->force && store_exists(s->config.data))
		err = refuse(r, "there is a database by now");
	else
		err = note_and_swap(r, swap);
	snapshot_swap_end(swap);
	return err;
}

static int
remove_one(const char *path, const struct stat *st, int type, struct FTW *where)
{
	(void)st;
	(void)type;
	(void)where;
	return remove(path);
}

static enum err
restore_in(struct restore *r)
{
	enum err err;

	snprintf(r->database, sizeof(r->database), "%s/" SNAPSHOT_NAME, r->dir);
	if ((err = unpack(r)) != ERR_NONE ||
	    (err = check_unpacked(r)) != ERR_NONE)
		return err;
	return put_in_place(r);
}

static enum err
restore(struct restore *r)
{
	struct command_session *s = r->session;
	const char *data = s->config.data;
	enum err err;

	umask(0077);
	if (!r->force && store_exists(data))
		return refuse(
		    r, "there is a database already; --force puts it aside");
	if ((err = installation_audit_key(
		 &s->config, r->key, &r->has_key, &s->failure)) != ERR_NONE)
		return err;
	if (snprintf(r->dir, sizeof(r->dir), "%s/restore-XXXXXX", data) >=
	    (int)sizeof(r->dir) - 32) {
		errno = ENAMETOOLONG;
		return fail(r, data);
	}
	if ((err = store_make_dir(data, &s->failure)) != ERR_NONE)
		return err;
	if (mkdtemp(r->dir) == NULL)
		return fail(r, r->dir);
	err = restore_in(r);
	/* What cannot be removed harms nobody. */
	(void)nftw(r->dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	return err;
}

static void
print_json(const struct restore *r)
{
	struct buf out;
	struct doc d;

	buf_init(&out, 1 << 16);
	doc_init(&d, &out);
	doc_object(&d, NULL);
	doc_text(&d, "file", r->path);
	doc_integer(&d, "rows", r->list.rows);
	doc_text(&d, "head", r->list.head);
	doc_integer(&d, "recordings", (int64_t)r->list.count - 1);
	doc_text(&d, "replaced", r->aside[0] == '\0' ? NULL : r->aside);
	doc_object_end(&d);
	puts(buf_string(&out));
	buf_free(&out);
}

static void
print_done(const struct restore *r)
{
	if (r->as_json) {
		print_json(r);
		return;
	}
	printf("restored: %" PRId64 " audit rows, %zu recordings, head %s\n",
	    r->list.rows, r->list.count - 1, r->list.head);
	if (r->aside[0] != '\0')
		printf("What was there is now %s.\n", r->aside);
}

static int
run_restore(const struct command *self, int argc, char **argv)
{
	struct restore r = { 0 };
	const char *wrong = read_options(argc, argv, &r);
	struct command_session s;
	int status = COMMAND_FAILED;

	if (wrong != NULL)
		return command_misused(self, wrong[0] == '\0' ? NULL : wrong);
	if (!command_open(&s, COMMAND_DATA_CLOSED, r.data))
		return COMMAND_FAILED;
	r.session = &s;
	if (restore(&r) != ERR_NONE) {
		command_failed(&s, "nothing was restored");
	} else {
		print_done(&r);
		status = COMMAND_DONE;
	}
	sodium_memzero(r.key, sizeof(r.key));
	command_close(&s);
	return status;
}

const struct command restore_command = {
	.name = "restore",
	.usage = "[--force] [--json] [--data DIR] FILE",
	.summary = "put what a backup holds in the place of the data",
	.run = run_restore,
};
