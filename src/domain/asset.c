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

/* How long a file's row may be on its way.  Nothing depends on it: a file
 * that is swept too early makes its upload fail (asset_check_file). */
#define YOUNG_MS (INT64_C(60) * 1000)

/* Both directories stay open as long as the file. */
struct asset_file {
	struct failure *failure;
	int fd; /* -1 once kept or dropped */
	int assets_dir;
	int tmp_dir;
	char name[ASSET_NAME_SIZE]; /* in tmp_dir */
	crypto_hash_sha256_state hash;
	int64_t size_bytes;
};

static enum err
fail(struct asset_file *file, const char *deed)
{
	return asset_dir_fail(file->failure, deed);
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
	file->fd = file->assets_dir = file->tmp_dir = -1;
	arena_on_reset(a, drop, file);
	if ((file->assets_dir = asset_dir_make_root(data_dir)) < 0 ||
	    (file->tmp_dir = asset_dir_make(file->assets_dir, "tmp")) < 0)
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

int64_t
asset_file_size(const struct asset_file *file)
{
	return file->size_bytes;
}

void
asset_file_digest(
    const struct asset_file *file, unsigned char out[ASSET_DIGEST_BYTES])
{
	crypto_hash_sha256_state hash = file->hash;

	crypto_hash_sha256_final(&hash, out);
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
	struct asset asset = { .size_bytes = file->size_bytes };
	enum err err;

	if ((err = audio_inspect(&source, &asset.audio, file->failure)) !=
	    ERR_NONE)
		return err;
	asset_file_digest(file, asset.sha256);
	*out = asset;
	return ERR_NONE;
}

static void
close_file(struct asset_file *file)
{
	close(file->fd);
	file->fd = -1;
}

enum err
asset_file_keep(struct asset_file *file, const struct asset *asset)
{
	if (fsync(file->fd) != 0)
		return fail(file, "sync");
	if (asset_dir_store(file->assets_dir, file->tmp_dir, file->name,
		asset->sha256) != 0)
		return fail(file, "rename");
	close_file(file);
	return ERR_NONE;
}

/* What a directory's files hold together, but for one of them. */
struct total {
	const char *but;
	int64_t bytes;
};

static bool
add_size(void *arg, int dir, const char *name)
{
	struct total *total = arg;
	struct stat st;

	if (!text_equal(name, total->but) &&
	    fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0)
		total->bytes += st.st_size;
	return true;
}

static enum err
keep_in(struct asset_file *file, int dir, const char *name, int64_t max_bytes)
{
	struct total total = { .but = name, .bytes = file->size_bytes };

	if (asset_dir_walk(dir, add_size, &total) != 0)
		return fail(file, "list");
	if (total.bytes > max_bytes)
		return err_fail(file->failure, ERR_BODY_TOO_LARGE, NULL, NULL);
	if (fsync(file->fd) != 0)
		return fail(file, "sync");
	if (renameat(file->tmp_dir, file->name, dir, name) != 0 ||
	    fsync(dir) != 0 || fsync(file->tmp_dir) != 0)
		return fail(file, "rename");
	return ERR_NONE;
}

enum err
asset_file_keep_in(struct asset_file *file, const char *dir, const char *name,
    int64_t max_bytes)
{
	int target = asset_dir_make(file->tmp_dir, dir);
	enum err err;

	if (target < 0)
		return fail(file, "open");
	if ((err = keep_in(file, target, name, max_bytes)) == ERR_NONE)
		close_file(file);
	close(target);
	return err;
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
 * Files and rows.
 */

enum err
asset_check_file(struct txn *t, const char *data_dir, const struct asset *asset)
{
	char name[ASSET_NAME_SIZE];
	int root = asset_dir_root(data_dir), dir = -1;
	struct stat st;
	bool there = false;

	if (root >= 0 && (dir = asset_dir_find(root, asset->sha256, name)) >= 0)
		there = fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0;
	close_dir(&dir);
	close_dir(&root);
	return there ? ERR_NONE
		     : txn_fail(t, ERR_BUSY, NULL, "the file was swept");
}

static enum err
has_row(
    struct txn *t, const unsigned char sha256[ASSET_DIGEST_BYTES], bool *out)
{
	struct query q;
	bool found;
	enum err err;

	query_start(&q, t, STATEMENT_ASSET_FIND_BY_DIGEST);
	query_blob(&q, ":sha256", sha256, ASSET_DIGEST_BYTES);
	found = query_row(&q);
	if ((err = query_end(&q)) != ERR_NONE)
		return err;
	*out = found;
	return ERR_NONE;
}

bool
asset_is_young(const struct stat *st, int64_t now_ms)
{
	return (int64_t)st->st_mtime * 1000 > now_ms - YOUNG_MS;
}

static enum err
remove_old(struct txn *t, int dir, const char *name, enum asset_fate *out)
{
	struct failure f;
	struct stat st;

	if (dir >= 0 && fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0) {
		if (asset_is_young(&st, txn_now(t))) {
			*out = ASSET_IS_YOUNG;
			return ERR_NONE;
		}
		if (unlinkat(dir, name, 0) == 0) {
			*out = ASSET_REMOVED;
			return ERR_NONE;
		}
	}
	if (errno != ENOENT)
		return txn_fail(t, asset_dir_fail(&f, "remove"), NULL, NULL);
	*out = ASSET_GONE;
	return ERR_NONE;
}

enum err
asset_remove_file(struct txn *t, int root,
    const unsigned char sha256[ASSET_DIGEST_BYTES], enum asset_fate *out)
{
	char name[ASSET_NAME_SIZE];
	bool wanted;
	enum err err;
	int dir;

	if ((err = has_row(t, sha256, &wanted)) != ERR_NONE)
		return err;
	if (wanted) {
		*out = ASSET_HAS_ROW;
		return ERR_NONE;
	}
	dir = asset_dir_find(root, sha256, name);
	err = remove_old(t, dir, name, out);
	close_dir(&dir);
	return err;
}

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
