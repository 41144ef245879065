/* SPDX-License-Identifier: MIT */
/*
 * asset: stored recordings: a row, and a file named by what it holds.
 *
 * The bytes lie in <data>/assets/aa/bb/<sha256>; a client's file name is never
 * part of a path.  A file is received before the transaction that refers to
 * it: written under <data>/assets/tmp, checked, made durable, renamed.  When
 * that transaction fails, a file without a row may stay behind; a row without
 * its file never does.
 */
#ifndef DOMAIN_ASSET_H
#define DOMAIN_ASSET_H

#include "base/arena.h"
#include "domain/audio.h"
#include "store/query.h"
#include "store/txn.h"

#define ASSET_DIGEST_BYTES 32

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

/* What was written so far, without id: the digest, the size, and what
 * audio_inspect says, whose failures it passes on. */
enum err asset_file_inspect(struct asset_file *file, struct asset *out);

/* Put the file where `asset` (from asset_file_inspect) says.  It is durable,
 * name and all, when this returns. */
enum err asset_file_keep(struct asset_file *file, const struct asset *asset);

/* Remove what was not kept.  Harmless afterwards and twice. */
void asset_file_drop(struct asset_file *file);

/* Insert the row of a kept file, on behalf of a user; *id is the new one. */
enum err asset_create(struct txn *t, const struct asset *asset,
    const char *user_id, const char **id);

enum err asset_find(struct txn *t, const char *id, struct asset *out);

/* Read the row that a query of an asset's columns stands on: id, sha256,
 * media_type, size_bytes, duration_ms, sample_rate, channels, codec. */
void asset_take(struct query *q, struct asset *out);

/* Delete a row that nothing refers to. */
enum err asset_delete(struct txn *t, const char *id);

#endif
