/* SPDX-License-Identifier: MIT */
/*
 * secret: keys of the installation that must not lie in the database: one
 * small file each in the data directory, readable by its owner only.
 */
#ifndef DOMAIN_SECRET_H
#define DOMAIN_SECRET_H

#include "base/err.h"

#define SECRET_BYTES 32

/* Read <dir>/keys/<name>.key, or draw it on first use; two processes that
 * start at once get the same one.  ERR_IO with f->detail; a file that others
 * may read is refused. */
enum err secret_load(const char *dir, const char *name,
    unsigned char out[SECRET_BYTES], struct failure *f);

/* Read a key that the operator made, wherever it lies.  Never drawn; failures
 * as above. */
enum err secret_read(
    const char *path, unsigned char out[SECRET_BYTES], struct failure *f);

#endif
