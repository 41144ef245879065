/* SPDX-License-Identifier: MIT */
/*
 * asset_check: holds the rows of recordings against the files of the asset
 * store, both ways, while uploads and upkeep go on.
 */
#ifndef DOMAIN_ASSET_CHECK_H
#define DOMAIN_ASSET_CHECK_H

#include "domain/asset.h"
#include "store/store.h"

#include <stdint.h>

enum asset_fault {
	ASSET_WITHOUT_FILE, /* subject: the path where it should lie */
	ASSET_DAMAGED,      /* the content is not what the name says */
	ASSET_WITHOUT_ROW,  /* an upload was interrupted */
	ASSET_SWEPT,        /* likewise, and it was removed */
	ASSET_FOREIGN,      /* nothing of ours has such a name */
};

struct asset_check {
	struct store *store;
	struct txn_actor actor; /* who sweeps */
	const char *data_dir;
	enum { ASSET_LOOK, ASSET_SWEEP } deed;
	/* What was found; both texts are good until it returns.  asset_id is
	 * NULL where no row is at fault. */
	void (*found)(void *arg, enum asset_fault fault, const char *path,
	    const char *asset_id);
	void (*progress)(void *arg, int64_t done, int64_t total);
	void *arg;
};

/* Every row has its file? */
enum err asset_check_rows(const struct asset_check *c, struct failure *f);

/* Every file has a row, and is what its name says?  With ASSET_SWEEP files
 * without a row are removed, in a process that has no other thread. */
enum err asset_check_files(const struct asset_check *c, struct failure *f);

#endif
