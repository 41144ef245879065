/* SPDX-License-Identifier: MIT */
/*
 * disposition: the header that names a download (RFC 6266).
 */
#ifndef HTTP_DISPOSITION_H
#define HTTP_DISPOSITION_H

#include "base/arena.h"

/* The value of Content-Disposition for a file to be saved under this name,
 * which may hold anything: `filename` has '_' in the place of every character
 * that some client might not take literally, `filename*` has them all (RFC
 * 8187).  Bytes that are no UTF-8 are '_' in both. */
const char *disposition_attachment(const char *file_name, struct arena *a);

#endif
