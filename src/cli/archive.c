/* SPDX-License-Identifier: MIT */
#include "cli/archive.h"

#include "base/buf.h"
#include "base/text.h"
#include "cli/tar.h"
#include "domain/asset_copy.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PREFIX "promptledger/"
#define MANIFEST "promptledger/MANIFEST"

/* Two million files. */
#define MANIFEST_MAX_BYTES ((size_t)512 << 20)
#define PIECE_BYTES ((size_t)256 << 10)

_Static_assert(
    sizeof(PREFIX "assets/aa/bb/") - 1 + ASSET_NAME_CHARS <= TAR_NAME_MAX,
    "names fit into a header");

static enum err
fail_io(struct failure *f, const char *what)
{
	return err_fail(f,
	    errno == ENOSPC || errno == EDQUOT ? ERR_FULL : ERR_IO, NULL, what);
}

/*
 * Files.
 */

static ssize_t
read_piece(int fd, char *bytes, size_t len)
{
	ssize_t got;

	do {
		got = read(fd, bytes, len);
	} while (got < 0 && errno == EINTR);
	return got;
}

enum err
archive_digest(const char *path, struct archive_file *out, struct failure *f)
{
	unsigned char digest[crypto_hash_sha256_BYTES];
	crypto_hash_sha256_state state;
	char bytes[64 << 10];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	int64_t size_bytes = 0;
	ssize_t got;

	if (fd == -1)
		return fail_io(f, "the copy cannot be read");
	crypto_hash_sha256_init(&state);
	while ((got = read_piece(fd, bytes, sizeof(bytes))) > 0) {
		crypto_hash_sha256_update(
		    &state, (unsigned char *)bytes, (size_t)got);
		size_bytes += got;
	}
	close(fd);
	if (got < 0)
		return fail_io(f, "the copy cannot be read");
	crypto_hash_sha256_final(&state, digest);
	text_hex(digest, sizeof(digest), out->digest);
	out->size_bytes = size_bytes;
	return ERR_NONE;
}

/*
 * Writing.
 */

struct writer {
	int fd;
	const struct archive_list *list;
	const struct archive_watch *watch;
	char *piece; /* PIECE_BYTES */
	int64_t done;
	struct arena *arena;
	struct failure *failure;
};

static enum err
put(struct writer *w, const void *bytes, size_t len)
{
	const char *next = bytes;
	ssize_t written;

	while (len > 0) {
		written = write(w->fd, next, len);
		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0)
			return fail_io(
			    w->failure, "the archive cannot be written");
		next += written;
		len -= (size_t)written;
	}
	return ERR_NONE;
}

static enum err
put_header(struct writer *w, const char *path, int64_t size_bytes)
{
	unsigned char header[TAR_BLOCK];

	tar_header(path, size_bytes, w->list->created_ms / 1000, header);
	return put(w, header, sizeof(header));
}

static enum err
put_padding(struct writer *w, int64_t size_bytes)
{
	static const char zeros[TAR_BLOCK];

	return put(w, zeros, tar_padding(size_bytes));
}

static enum err
put_manifest(struct writer *w)
{
	struct buf text;
	enum err err;

	buf_init(&text, MANIFEST_MAX_BYTES);
	archive_list_print(w->list, &text);
	if (buf_failed(&text))
		err = err_fail(w->failure, ERR_IO, NULL, "too many recordings");
	else if ((err = put_header(w, MANIFEST, (int64_t)text.len)) ==
		ERR_NONE &&
	    (err = put(w, buf_string(&text), text.len)) == ERR_NONE)
		err = put_padding(w, (int64_t)text.len);
	buf_free(&text);
	return err;
}

static enum err
fail_file(struct writer *w, size_t index, const char *why)
{
	char path[ASSET_PATH_SIZE];

	archive_path(w->list, index, path, sizeof(path));
	return err_fail(w->failure, ERR_IO, NULL,
	    arena_printf(w->arena, "%s %s", path, why));
}

/* Exactly the bytes that the list promises; the header has left already. */
static enum err
put_content(struct writer *w, size_t index, int fd)
{
	const struct archive_file *file = &w->list->files[index];
	unsigned char digest[crypto_hash_sha256_BYTES];
	char hex[ARCHIVE_DIGEST_CHARS + 1];
	crypto_hash_sha256_state state;
	int64_t left = file->size_bytes;
	ssize_t got;
	enum err err;

	crypto_hash_sha256_init(&state);
	while ((got = read_piece(fd, w->piece, PIECE_BYTES)) > 0) {
		if ((left -= got) < 0)
			break;
		crypto_hash_sha256_update(
		    &state, (unsigned char *)w->piece, (size_t)got);
		if ((err = put(w, w->piece, (size_t)got)) != ERR_NONE)
			return err;
		w->done += got;
		if (w->watch->step != NULL)
			w->watch->step(w->watch->arg, w->done);
	}
	if (got < 0)
		return fail_file(w, index, "cannot be read");
	crypto_hash_sha256_final(&state, digest);
	text_hex(digest, sizeof(digest), hex);
	if (left != 0 || !text_equal(hex, file->digest))
		return fail_file(w, index, "is damaged");
	return put_padding(w, file->size_bytes);
}

static enum err
put_file(struct writer *w, size_t index, const char *path, bool *gone)
{
	char name[TAR_NAME_MAX + 1] = PREFIX;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	enum err err;

	if (fd == -1) {
		*gone = errno == ENOENT;
		return fail_file(
		    w, index, *gone ? "is missing" : "cannot be opened");
	}
	archive_path(w->list, index, name + strlen(PREFIX),
	    sizeof(name) - strlen(PREFIX));
	err = put_header(w, name, w->list->files[index].size_bytes);
	if (err == ERR_NONE)
		err = put_content(w, index, fd);
	close(fd);
	return err;
}

enum err
archive_write(int fd, const struct archive_list *list,
    const char *database_path, const char *data_dir,
    const struct archive_watch *watch, bool *gone, struct arena *a,
    struct failure *f)
{
	static const char end[2 * TAR_BLOCK];
	struct writer w = {
		.fd = fd,
		.list = list,
		.watch = watch,
		.piece = arena_alloc(a, PIECE_BYTES),
		.arena = a,
		.failure = f,
	};
	char path[PATH_MAX], rest[ASSET_PATH_SIZE];
	enum err err;
	size_t i;

	*gone = false;
	if ((err = put_manifest(&w)) != ERR_NONE ||
	    (err = put_file(&w, 0, database_path, gone)) != ERR_NONE)
		return err;
	for (i = 1; i < list->count; i++) {
		archive_path(list, i, rest, sizeof(rest));
		if (snprintf(path, sizeof(path), "%s/%s", data_dir, rest) >=
		    (int)sizeof(path))
			return fail_file(&w, i, "has too long a name");
		if ((err = put_file(&w, i, path, gone)) != ERR_NONE)
			return err;
	}
	return put(&w, end, sizeof(end));
}

/*
 * Reading.
 */

struct reader {
	int fd;
	const struct archive_watch *watch;
	const struct archive_sink *sink;
	char *piece;        /* PIECE_BYTES */
	int64_t size_bytes; /* of the whole archive */
	int64_t at_s;
	int64_t done;
	struct arena *arena;
	struct failure *failure;
};

static enum err
refuse(struct reader *r, const char *why)
{
	return err_fail(r->failure, ERR_IO, NULL, why);
}

/* Exactly len bytes. */
static enum err
get(struct reader *r, void *bytes, size_t len)
{
	char *next = bytes;
	ssize_t got;

	while (len > 0) {
		got = read_piece(r->fd, next, len);
		if (got < 0)
			return refuse(r, "the archive cannot be read");
		if (got == 0)
			return refuse(r, "the archive is cut off");
		next += got;
		len -= (size_t)got;
	}
	return ERR_NONE;
}

/* len bytes, at most two blocks, that must be zero. */
static enum err
get_zeros(struct reader *r, size_t len)
{
	unsigned char bytes[2 * TAR_BLOCK];
	enum err err = get(r, bytes, len);

	if (err == ERR_NONE && !sodium_is_zero(bytes, len))
		return refuse(r, "the archive is damaged: padding");
	return err;
}

/* The header must be the one that we would have written. */
static enum err
get_header(struct reader *r, const char *name, int64_t size_bytes)
{
	unsigned char header[TAR_BLOCK], expected[TAR_BLOCK];
	enum err err = get(r, header, sizeof(header));

	if (err != ERR_NONE)
		return err;
	tar_header(name, size_bytes, r->at_s, expected);
	return memcmp(header, expected, sizeof(header)) == 0
	    ? ERR_NONE
	    : refuse(r, "the archive is damaged: a header");
}

static enum err
get_manifest(struct reader *r, struct archive_list *list)
{
	unsigned char header[TAR_BLOCK], expected[TAR_BLOCK];
	int64_t size_bytes;
	char *text;
	enum err err;

	if ((err = get(r, header, sizeof(header))) != ERR_NONE)
		return err;
	if (!tar_header_values(header, &size_bytes, &r->at_s) ||
	    size_bytes > (int64_t)MANIFEST_MAX_BYTES ||
	    size_bytes > r->size_bytes)
		return refuse(r, "this is no backup of promptledger");
	tar_header(MANIFEST, size_bytes, r->at_s, expected);
	if (memcmp(header, expected, sizeof(header)) != 0)
		return refuse(r, "this is no backup of promptledger");
	text = arena_alloc(r->arena, (size_t)size_bytes + 1);
	if ((err = get(r, text, (size_t)size_bytes)) != ERR_NONE ||
	    (err = get_zeros(r, tar_padding(size_bytes))) != ERR_NONE)
		return err;
	if (!archive_list_read(text, (size_t)size_bytes, list, r->arena) ||
	    list->created_ms / 1000 != r->at_s)
		return refuse(r, "the archive is damaged: its list");
	return ERR_NONE;
}

static enum err
get_content(struct reader *r, const struct archive_file *file)
{
	unsigned char digest[crypto_hash_sha256_BYTES];
	char hex[ARCHIVE_DIGEST_CHARS + 1];
	crypto_hash_sha256_state state;
	int64_t left = file->size_bytes;
	size_t len;
	enum err err;

	crypto_hash_sha256_init(&state);
	while (left > 0) {
		len = left < (int64_t)PIECE_BYTES ? (size_t)left : PIECE_BYTES;
		if ((err = get(r, r->piece, len)) != ERR_NONE)
			return err;
		crypto_hash_sha256_update(
		    &state, (unsigned char *)r->piece, len);
		if (r->sink != NULL &&
		    (err = r->sink->add(r->sink->arg, r->piece, len)) !=
			ERR_NONE)
			return err;
		left -= (int64_t)len;
		r->done += (int64_t)len;
		if (r->watch->step != NULL)
			r->watch->step(r->watch->arg, r->done);
	}
	crypto_hash_sha256_final(&state, digest);
	text_hex(digest, sizeof(digest), hex);
	if (!text_equal(hex, file->digest))
		return refuse(r, "the archive is damaged: a digest");
	return get_zeros(r, tar_padding(file->size_bytes));
}

static enum err
get_file(struct reader *r, const struct archive_list *list, size_t index)
{
	char name[TAR_NAME_MAX + 1] = PREFIX;
	enum err err;

	archive_path(
	    list, index, name + strlen(PREFIX), sizeof(name) - strlen(PREFIX));
	err = get_header(r, name, list->files[index].size_bytes);
	if (err == ERR_NONE && r->sink != NULL)
		err = r->sink->begin(r->sink->arg, list, index);
	if (err == ERR_NONE)
		err = get_content(r, &list->files[index]);
	if (err == ERR_NONE && r->sink != NULL)
		err = r->sink->end(r->sink->arg);
	return err;
}

/* An archive that claims more than its file holds is refused before anything
 * is written for it. */
static enum err
check_size(struct reader *r, const struct archive_list *list)
{
	int64_t left =
	    r->size_bytes - (int64_t)lseek(r->fd, 0, SEEK_CUR) - 2 * TAR_BLOCK;
	size_t i;

	for (i = 0; i < list->count; i++) {
		if (list->files[i].size_bytes > left)
			return refuse(r, "the archive is cut off");
		left -= TAR_BLOCK + list->files[i].size_bytes +
		    (int64_t)tar_padding(list->files[i].size_bytes);
	}
	if (left == 0)
		return ERR_NONE;
	return refuse(r,
	    left < 0 ? "the archive is cut off"
		     : "the archive has something behind its end");
}

enum err
archive_read(int fd, const struct archive_sink *sink,
    const struct archive_watch *watch, struct archive_list *out,
    struct arena *a, struct failure *f)
{
	struct reader r = {
		.fd = fd,
		.watch = watch,
		.sink = sink,
		.piece = arena_alloc(a, PIECE_BYTES),
		.arena = a,
		.failure = f,
	};
	struct archive_list list = { 0 };
	struct stat st;
	enum err err;
	size_t i;

	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
		return refuse(&r, "it is no regular file");
	r.size_bytes = st.st_size;
	if ((err = get_manifest(&r, &list)) != ERR_NONE ||
	    (err = check_size(&r, &list)) != ERR_NONE)
		return err;
	for (i = 0; i < list.count; i++) {
		if ((err = get_file(&r, &list, i)) != ERR_NONE)
			return err;
	}
	if ((err = get_zeros(&r, (size_t)2 * TAR_BLOCK)) != ERR_NONE)
		return err;
	*out = list;
	return ERR_NONE;
}
