/* SPDX-License-Identifier: MIT */
/*
 * asset: stored recordings: a row, and a file named by what it holds.
 *
 * The bytes lie in <data>/assets/aa/bb/<sha256>; a client's file name is never
 * part of a path.  A file is received before the transaction that refers to
 * it: written under <data>/assets/tmp, checked, made durable, renamed.  When
 * that transaction fails, a file without a row may stay behind; a row without
 * its file never does.
 *
 * What keeps it so while strays are swept: a file is removed only inside a
 * write transaction that sees no row of it, and a row is inserted only by one
 * that sees its file.  Writes run one after the other, so whichever comes
 * second notices (asset_check_file, asset_remove_file).
 */
#ifndef DOMAIN_ASSET_H
#define DOMAIN_ASSET_H

#include "base/arena.h"
#include "domain/asset_dir.h"
#include "domain/audio.h"
#include "store/query.h"
#include "store/txn.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

struct asset {
	const char *id;
	unsigned char sha256[ASSET_DIGEST_BYTES];
	int64_t size_bytes;
	struct audio audio;
};

/* A file on its way into the store. */
struct asset_file;

/* Begin a file in the data directory.  Unless it is kept, it is removed when
 * the arena is reset, or by asset_file_drop.  ERR_FULL, ERR_READ_ONLY or
 * ERR_IO, here and below. */
enum err asset_file_begin(const char *data_dir, struct arena *a,
    struct failure *f, struct asset_file **out);

enum err asset_file_add(struct asset_file *file, const char *bytes, size_t len);

int64_t asset_file_size(const struct asset_file *file);

/* SHA-256 of what was written so far. */
void asset_file_digest(
    const struct asset_file *file, unsigned char out[ASSET_DIGEST_BYTES]);

/* What was written so far, without id: the digest, the size, and what
 * audio_inspect says, whose failures it passes on. */
enum err asset_file_inspect(struct asset_file *file, struct asset *out);

/* Put the file where `asset` (from asset_file_inspect) says.  It is durable,
 * name and all, when this returns. */
enum err asset_file_keep(struct asset_file *file, const struct asset *asset);

/* Put the file into <data>/assets/tmp/<dir>/<name> instead, just as durable.
 * ERR_BODY_TOO_LARGE when the directory would then hold more than max_bytes,
 * not counting what had the name before. */
enum err asset_file_keep_in(struct asset_file *file, const char *dir,
    const char *name, int64_t max_bytes);

/* Remove what was not kept.  Harmless afterwards and twice. */
void asset_file_drop(struct asset_file *file);

/* Is the file of an asset_file_keep still there?  To be asked in the
 * transaction that inserts the row: ERR_BUSY when a sweep was faster. */
enum err asset_check_file(
    struct txn *t, const char *data_dir, const struct asset *asset);

/* What became of a file that was to be removed. */
enum asset_fate {
	ASSET_GONE,     /* there was none */
	ASSET_REMOVED,  /* there is none now */
	ASSET_HAS_ROW,  /* it is wanted */
	ASSET_IS_YOUNG, /* written to just now: its row may still come */
};

/* Remove a file that has no row, in a write transaction that is the first of
 * its group, so that all it sees is committed (txn_run_upkeep, or txn_run in
 * a process that has one thread).  ERR_READ_ONLY or ERR_IO. */
enum err asset_remove_file(struct txn *t, int root,
    const unsigned char sha256[ASSET_DIGEST_BYTES], enum asset_fate *out);

/* Was this last written to so recently that the transaction which refers to
 * it may still be under way? */
bool asset_is_young(const struct stat *st, int64_t now_ms);

/* Insert the row of a kept file, on behalf of a user; *id is the new one. */
enum err asset_create(struct txn *t, const struct asset *asset,
    const char *user_id, const char **id);

enum err asset_find(struct txn *t, const char *id, struct asset *out);

/* Read the row that a query of an asset's columns stands on: id, sha256,
 * media_type, size_bytes, duration_ms, sample_rate, channels, codec. */
void asset_take(struct query *q, struct asset *out);

/* Delete a row that nothing refers to; the file goes later (purge.h). */
enum err asset_delete(struct txn *t, const char *id);

#endif
