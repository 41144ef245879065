/* SPDX-License-Identifier: MIT */
#include "domain/asset.h"

#include "base/log.h"
#include "base/text.h"
#include "store/query.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define NAME_SIZE (2 * ASSET_DIGEST_BYTES + 1)

struct asset_file {
	struct failure *failure;
	int fd; /* -1 once kept or dropped */
	int assets_dir;
	int tmp_dir;
	char name[NAME_SIZE]; /* in tmp_dir */
	crypto_hash_sha256_state hash;
	int64_t size_bytes;
};

/* Say in the log what the system said; the client is told no more than the
 * kind of it. */
static enum err
fail(struct asset_file *file, const char *deed)
{
	int code = errno;

	log_line("event=asset_failed deed=%s errno=%d", deed, code);
	switch (code) {
	case ENOSPC:
	case EDQUOT:
		return err_fail(file->failure, ERR_FULL, NULL, NULL);
	case EACCES:
	case EPERM:
	case EROFS:
		return err_fail(file->failure, ERR_READ_ONLY, NULL, NULL);
	default:
		return err_fail(file->failure, ERR_IO, NULL, NULL);
	}
}

/* Open a directory inside another one, made when missing; -1 with errno.  A
 * symbolic link in its place is refused. */
static int
open_dir(int parent, const char *name)
{
	bool made = mkdirat(parent, name, 0700) == 0;

	if (!made && errno != EEXIST)
		return -1;
	/* A name is durable when its directory is. */
	if (made && fsync(parent) != 0)
		return -1;
	return openat(
	    parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

static int
open_assets_dir(const char *data_dir)
{
	int data = open(data_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int assets;

	if (data < 0)
		return -1;
	assets = open_dir(data, "assets");
	close(data);
	return assets;
}

static void
drop(void *file)
{
	asset_file_drop(file);
}

enum err
asset_file_begin(const char *data_dir, struct arena *a, struct failure *f,
    struct asset_file **out)
{
	struct asset_file *file = arena_alloc(a, sizeof(*file));
	unsigned char random[ASSET_DIGEST_BYTES];

	file->failure = f;
	file->fd = file->tmp_dir = -1;
	arena_on_reset(a, drop, file);
	if ((file->assets_dir = open_assets_dir(data_dir)) < 0 ||
	    (file->tmp_dir = open_dir(file->assets_dir, "tmp")) < 0)
		return fail(file, "open");
	randombytes_buf(random, sizeof(random));
	text_hex(random, sizeof(random), file->name);
	file->fd = openat(file->tmp_dir, file->name,
	    O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (file->fd < 0)
		return fail(file, "create");
	crypto_hash_sha256_init(&file->hash);
	*out = file;
	return ERR_NONE;
}

enum err
asset_file_add(struct asset_file *file, const char *bytes, size_t len)
{
	ssize_t written;

	crypto_hash_sha256_update(
	    &file->hash, (const unsigned char *)bytes, len);
	file->size_bytes += (int64_t)len;
	while (len > 0) {
		written = write(file->fd, bytes, len);
		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0)
			return fail(file, "write");
		bytes += written;
		len -= (size_t)written;
	}
	return ERR_NONE;
}

static ssize_t
read_at(void *source, uint64_t at, void *bytes, size_t len)
{
	const struct asset_file *file = source;
	ssize_t got;

	do {
		got = pread(file->fd, bytes, len, (off_t)at);
	} while (got < 0 && errno == EINTR);
	return got;
}

enum err
asset_file_inspect(struct asset_file *file, struct asset *out)
{
	struct audio_source source = {
		.read = read_at,
		.source = file,
		.size_bytes = (uint64_t)file->size_bytes,
	};
	crypto_hash_sha256_state hash = file->hash;
	struct asset asset = { .size_bytes = file->size_bytes };
	enum err err;

	if ((err = audio_inspect(&source, &asset.audio, file->failure)) !=
	    ERR_NONE)
		return err;
	crypto_hash_sha256_final(&hash, asset.sha256);
	*out = asset;
	return ERR_NONE;
}

/* Rename the file into <assets>/<aa>/<bb>; 0, or -1 with errno. */
static int
move_file(struct asset_file *file, const char *name)
{
	char first[3] = { name[0], name[1], '\0' };
	char second[3] = { name[2], name[3], '\0' };
	int outer, inner, result = -1;

	if ((outer = open_dir(file->assets_dir, first)) < 0)
		return -1;
	if ((inner = open_dir(outer, second)) >= 0) {
		/* Over the same bytes when they are there already. */
		if (renameat(file->tmp_dir, file->name, inner, name) == 0)
			result = fsync(inner);
		close(inner);
	}
	close(outer);
	return result;
}

enum err
asset_file_keep(struct asset_file *file, const struct asset *asset)
{
	char name[NAME_SIZE];

	text_hex(asset->sha256, sizeof(asset->sha256), name);
	if (fsync(file->fd) != 0)
		return fail(file, "sync");
	if (move_file(file, name) != 0)
		return fail(file, "rename");
	close(file->fd);
	file->fd = -1;
	return ERR_NONE;
}

static void
close_dir(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

void
asset_file_drop(struct asset_file *file)
{
	if (file->fd >= 0) {
		/* ENOENT: renamed, and a later step failed. */
		if (unlinkat(file->tmp_dir, file->name, 0) != 0 &&
		    errno != ENOENT)
			log_line("event=asset_left name=%s errno=%d",
			    file->name, errno);
		close(file->fd);
		file->fd = -1;
	}
	close_dir(&file->tmp_dir);
	close_dir(&file->assets_dir);
}

/*
 * Rows.
 */

enum err
asset_create(struct txn *t, const struct asset *asset, const char *user_id,
    const char **id)
{
	const char *new_id = txn_new_id(t);
	struct query q;
	enum err err;

	query_start(&q, t, STATEMENT_ASSET_INSERT);
	query_text(&q, ":id", new_id);
	query_blob(&q, ":sha256", asset->sha256, sizeof(asset->sha256));
	query_text(&q, ":media_type", audio_media_type(asset->audio.type));
	query_integer(&q, ":size_bytes", asset->size_bytes);
	query_integer(&q, ":duration_ms", asset->audio.duration_ms);
	query_integer(&q, ":sample_rate", asset->audio.sample_rate);
	query_integer(&q, ":channels", asset->audio.channels);
	query_text(&q, ":codec", asset->audio.codec);
	query_integer(&q, ":now", txn_now(t));
	query_text(&q, ":created_by", user_id);
	if ((err = query_run(&q)) != ERR_NONE)
		return err;
	*id = new_id;
	return ERR_NONE;
}

void
asset_take(struct query *q, struct asset *out)
{
	const unsigned char *digest;
	size_t len;

	out->id = query_take_text(q);
	digest = query_take_blob(q, &len);
	if (len == sizeof(out->sha256))
		memcpy(out->sha256, digest, len);
	out->audio.type = audio_type_from_media(query_take_text(q));
	out->size_bytes = query_take_integer(q);
	out->audio.duration_ms = query_take_integer(q);
	out->audio.sample_rate = query_take_integer(q);
	out->audio.channels = query_take_integer(q);
	out->audio.codec = query_take_text(q);
}

enum err
asset_find(struct txn *t, const char *id, struct asset *out)
{
	struct asset asset = { 0 };
	struct query q;
	bool found;
	enum err err;

	query_start(&q, t, STATEMENT_ASSET_FIND);
	query_text(&q, ":id", id);
	if ((found = query_row(&q)))
		asset_take(&q, &asset);
	if ((err = query_end(&q)) != ERR_NONE)
		return err;
	/* Ids of assets come from rows that refer to them. */
	if (!found)
		return txn_fail(t, ERR_INTERNAL, NULL, "no such asset");
	*out = asset;
	return ERR_NONE;
}

enum err
asset_delete(struct txn *t, const char *id)
{
	struct query q;

	query_start(&q, t, STATEMENT_ASSET_DELETE);
	query_text(&q, ":id", id);
	return query_run(&q);
}
