/* SPDX-License-Identifier: MIT */
/*
 * download: stored recordings on their way out.
 *
 * A link names the asset, not the prompt: after the audio was replaced, a
 * link made before still leads to what it led to, until that is purged.
 */
#ifndef DOMAIN_DOWNLOAD_H
#define DOMAIN_DOWNLOAD_H

#include "base/arena.h"
#include "domain/asset.h"
#include "store/txn.h"

#include <stdint.h>

/* What the links are signed for (signed_link.h). */
#define DOWNLOAD_PURPOSE "download"

struct download {
	const char *asset_id;
	unsigned char sha256[ASSET_DIGEST_BYTES];
	const char *media_type;
	int64_t size_bytes;
	const char *file_name; /* what the uploader calls it; NULL: no prompt
	                        * has the asset */
};

/* ERR_ASSET_UNKNOWN when there is none (any more). */
enum err download_find(
    struct txn *t, const char *asset_id, struct download *out);

/* Where its file lies in <data>/assets. */
const char *download_path(const struct download *d, struct arena *a);

/* Open the file for reading; the caller closes *fd.  ERR_INTERNAL when it is
 * not there or of another size than the row says, which the log tells;
 * ERR_IO when it cannot be opened now. */
enum err download_open(const struct download *d, const char *data_dir,
    struct arena *a, struct failure *f, int *fd);

#endif
