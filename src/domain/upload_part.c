/* SPDX-License-Identifier: MIT */
#include "domain/upload_part.h"

#include "base/buf.h"
#include "base/log.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#define NUMBER_SIZE 8
#define PIECE_BYTES 16384

/* The longest list of gaps: every other part is missing. */
#define GAPS_MAX_BYTES (UPLOAD_PARTS_MAX * 10)

static void
name_part(int64_t number, char out[NUMBER_SIZE])
{
	assert(number >= 1 && number <= UPLOAD_PARTS_MAX);
	snprintf(out, NUMBER_SIZE, "%d", (int)number);
}

enum err
upload_part_keep(struct asset_file *file, const char *upload_id, int64_t number,
    int64_t max_bytes)
{
	char name[NUMBER_SIZE];

	name_part(number, name);
	return asset_file_keep_in(file, upload_id, name, max_bytes);
}

/* Open the request's directory; -1 with errno. */
static int
open_parts(const char *data_dir, const char *upload_id)
{
	int root = asset_dir_root(data_dir), tmp, parts = -1;

	if (root < 0)
		return -1;
	if ((tmp = asset_dir_open(root, "tmp")) >= 0) {
		parts = asset_dir_open(tmp, upload_id);
		close(tmp);
	}
	close(root);
	return parts;
}

static int
open_part(int parts, int64_t number)
{
	char name[NUMBER_SIZE];

	name_part(number, name);
	return openat(parts, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
}

static bool
has_part(int parts, int64_t number)
{
	char name[NUMBER_SIZE];

	name_part(number, name);
	return parts >= 0 && faccessat(parts, name, F_OK, 0) == 0;
}

/* What is missing, as "2, 5-9"; "" when nothing is. */
static void
list_gaps(int parts, int64_t count, struct buf *out)
{
	int64_t first, next;

	for (first = 1; first <= count; first = next + 1) {
		next = first;
		if (has_part(parts, first))
			continue;
		while (next < count && !has_part(parts, next + 1))
			next++;
		buf_printf(out, "%s%" PRId64, out->len == 0 ? "" : ", ", first);
		if (next > first)
			buf_printf(out, "-%" PRId64, next);
	}
}

static enum err
check_parts(int parts, int64_t count, struct arena *a, struct failure *f)
{
	struct buf gaps;
	enum err err = ERR_NONE;

	buf_init(&gaps, GAPS_MAX_BYTES);
	list_gaps(parts, count, &gaps);
	if (buf_failed(&gaps))
		err = err_fail(f, ERR_INTERNAL, NULL, "out of memory");
	else if (gaps.len > 0)
		err = err_fail(f, ERR_UPLOAD_PARTS, "part",
		    arena_printf(a, "Missing: %s.", buf_string(&gaps)));
	buf_free(&gaps);
	return err;
}

static enum err
append(int fd, int64_t max_bytes, struct failure *f, struct asset_file *file)
{
	char piece[PIECE_BYTES];
	enum err err;
	ssize_t got;

	while ((got = read(fd, piece, sizeof(piece))) != 0) {
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return asset_dir_fail(f, "read");
		if (asset_file_size(file) + got > max_bytes)
			return err_fail(f, ERR_BODY_TOO_LARGE, NULL, NULL);
		if ((err = asset_file_add(file, piece, (size_t)got)) !=
		    ERR_NONE)
			return err;
	}
	return ERR_NONE;
}

static enum err
join(int parts, int64_t count, int64_t max_bytes, struct failure *f,
    struct asset_file *file)
{
	enum err err = ERR_NONE;
	int64_t number;
	int fd;

	for (number = 1; number <= count && err == ERR_NONE; number++) {
		if ((fd = open_part(parts, number)) < 0)
			return asset_dir_fail(f, "open");
		err = append(fd, max_bytes, f, file);
		close(fd);
	}
	return err;
}

enum err
upload_part_join(const char *data_dir, const char *upload_id, int64_t count,
    int64_t max_bytes, struct arena *a, struct failure *f,
    struct asset_file *file)
{
	int parts = open_parts(data_dir, upload_id);
	enum err err;

	if (parts < 0 && errno != ENOENT)
		return asset_dir_fail(f, "open");
	if ((err = check_parts(parts, count, a, f)) == ERR_NONE)
		err = join(parts, count, max_bytes, f, file);
	if (parts >= 0)
		close(parts);
	return err;
}

static bool
remove_part(void *arg, int dir, const char *name)
{
	(void)arg;
	if (unlinkat(dir, name, 0) != 0 && errno != ENOENT)
		log_line("event=part_left name=%s errno=%d", name, errno);
	return true;
}

void
upload_part_remove(int tmp, const char *upload_id)
{
	int parts = asset_dir_open(tmp, upload_id);

	if (parts < 0)
		return;
	if (asset_dir_walk(parts, remove_part, NULL) != 0 ||
	    unlinkat(tmp, upload_id, AT_REMOVEDIR) != 0)
		log_line(
		    "event=parts_left request=%s errno=%d", upload_id, errno);
	close(parts);
}
