/* SPDX-License-Identifier: MIT */
/*
 * upload_part: an upload that comes in parts, for web servers that let no
 * larger body through.
 *
 * Parts are numbered from 1 and kept as files below the request's id until
 * the request is used or its link expires.  They may come in any order and
 * again; the last one of a number counts.
 */
#ifndef DOMAIN_UPLOAD_PART_H
#define DOMAIN_UPLOAD_PART_H

#include "domain/asset.h"

/* mod_fcgid's default is 128 KiB; parts stay well below it. */
#define UPLOAD_PART_MAX_BYTES 98304
#define UPLOAD_PARTS_MAX 1000

/* Keep a received file (not empty) as the request's n-th part.
 * ERR_BODY_TOO_LARGE when all parts together hold more than max_bytes. */
enum err upload_part_keep(struct asset_file *file, const char *upload_id,
    int64_t number, int64_t max_bytes);

/* Append the parts 1 to count to a file.  ERR_UPLOAD_PARTS when some are
 * missing (the detail, in `a`, says which), ERR_BODY_TOO_LARGE. */
enum err upload_part_join(const char *data_dir, const char *upload_id,
    int64_t count, int64_t max_bytes, struct arena *a, struct failure *f,
    struct asset_file *file);

/* Remove all parts in a directory below tmp, and it. */
void upload_part_remove(int tmp, const char *upload_id);

#endif
