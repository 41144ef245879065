/* SPDX-License-Identifier: MIT */
/*
 * archive_list: what a backup says is in it, as text:
 *
 *	promptledger backup 1
 *	created 2026-11-21T11:30:00.000Z
 *	rows 4711                              of the audit log
 *	head <sha256>                          its last row's hash
 *	files 3
 *	<sha256> <bytes> promptledger.db
 *	<sha256> <bytes> assets/aa/bb/<sha256>
 *
 * The text is the only one for its values, and names are made from digests, so
 * that nothing in a list can lead out of a data directory.
 */
#ifndef CLI_ARCHIVE_LIST_H
#define CLI_ARCHIVE_LIST_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/seal.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ARCHIVE_DATABASE "promptledger.db"
#define ARCHIVE_DIGEST_CHARS 64

struct archive_file {
	char digest[ARCHIVE_DIGEST_CHARS + 1];
	int64_t size_bytes;
};

/* The first file is the database, all others are recordings. */
struct archive_list {
	int64_t created_ms;
	int64_t rows;
	char head[2 * SEAL_HASH_BYTES + 1];
	struct archive_file *files;
	size_t count;
};

/* Where a file lies, in a data directory and (with a prefix) in the archive. */
void archive_path(
    const struct archive_list *list, size_t index, char *out, size_t size);

/* Bytes of all the files in the list. */
int64_t archive_bytes(const struct archive_list *list);

/* The list as text. */
void archive_list_print(const struct archive_list *list, struct buf *out);

/* Read such a text, which need not end in a NUL, into the arena; false when
 * it is not, byte for byte, what would be printed. */
bool archive_list_read(
    const char *text, size_t len, struct archive_list *out, struct arena *a);

#endif
