/* SPDX-License-Identifier: MIT */
/*
 * asset_dir: the directories of the asset store, opened one below the other,
 * so that no symbolic link and no renamed directory leads out of them.
 *
 *	<data>/assets/aa/bb/<sha256>      a recording, named by what it holds
 *	<data>/assets/tmp/<64 digits>     a file that is being received
 *	<data>/assets/tmp/<request>/<n>   the n-th part of an upload
 *
 * All functions that answer -1 have set errno.
 */
#ifndef DOMAIN_ASSET_DIR_H
#define DOMAIN_ASSET_DIR_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

#define ASSET_DIGEST_BYTES 32
#define ASSET_NAME_SIZE (2 * ASSET_DIGEST_BYTES + 1)

/* Open <data>/assets; _make makes it when it is missing.  -1. */
int asset_dir_root(const char *data_dir);
int asset_dir_make_root(const char *data_dir);

/* Open a directory below another one; _make makes it when it is missing, mode
 * 0700.  -1. */
int asset_dir_open(int parent, const char *name);
int asset_dir_make(int parent, const char *name);

/* Move a file to where its digest belongs, over the same bytes when they are
 * there already, and make its name durable.  0 or -1. */
int asset_dir_store(int root, int from, const char *from_name,
    const unsigned char sha256[ASSET_DIGEST_BYTES]);

/* Open the directory that holds a recording and write the recording's name.
 * -1, ENOENT when there is no such directory. */
int asset_dir_find(int root, const unsigned char sha256[ASSET_DIGEST_BYTES],
    char name[ASSET_NAME_SIZE]);

/* Call fn for each entry but . and .., until it answers false.  The directory
 * stays open.  0, or -1 when it cannot be read. */
typedef bool asset_dir_fn(void *arg, int dir, const char *name);
int asset_dir_walk(int dir, asset_dir_fn *fn, void *arg);

/* What errno stands for: ERR_FULL, ERR_READ_ONLY or ERR_IO.  The log is told
 * what was done and the system's reason, the client no more than its kind. */
enum err asset_dir_fail(struct failure *f, const char *deed);

#endif
