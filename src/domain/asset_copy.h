/* SPDX-License-Identifier: MIT */
/*
 * asset_copy: the files of all recordings, as backup and restore handle them:
 * by what they hold, not by which row refers to them.
 */
#ifndef DOMAIN_ASSET_COPY_H
#define DOMAIN_ASSET_COPY_H

#include "store/txn.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ASSET_NAME_CHARS 64 /* the SHA-256 in lower-case hexadecimal */
#define ASSET_PATH_SIZE 96  /* of "assets/aa/bb/<name>" */

struct asset_name {
	const char *name; /* ASSET_NAME_CHARS characters */
	int64_t size_bytes;
	bool is_needed; /* else only a deleted row had it, and it may be gone */
};

/* Where the file lies in a data directory. */
void asset_path(const char *name, char out[ASSET_PATH_SIZE]);

/* Every file in the order of the names, each once.  add may keep name as long
 * as the call's arena lives; false ends the list. */
enum err asset_list_names(struct txn *t,
    bool (*add)(void *arg, const struct asset_name *one), void *arg);

/* Move a file that lies in one data directory into another one of the same
 * file system.  Whatever had its name there is replaced: the same bytes, or
 * damaged ones.  The name is durable when this returns.  ERR_FULL, ERR_IO. */
enum err asset_move(const char *from_dir, const char *to_dir, const char *name,
    struct failure *f);

#endif
