/* SPDX-License-Identifier: MIT */
/*
 * installation: a data directory, ready for use: the store opened and the
 * organisation, team and project that its operators share.
 */
#ifndef DOMAIN_INSTALLATION_H
#define DOMAIN_INSTALLATION_H

#include "base/config.h"
#include "base/err.h"
#include "base/seal.h"
#include "store/store.h"

#include <stdbool.h>

/* Open config->data, making what is missing.  is_brief: for plain CGI, see
 * store.h.  The caller closes the store with store_close. */
enum err installation_open(const struct config *config, bool is_brief,
    struct store **out, struct failure *f);

/* The key that signs the audit log, from the file that config names; *has_key
 * is false when it names none.  ERR_IO with f->detail, also for a key inside
 * of the data directory: who can write there could sign what he wrote. */
enum err installation_audit_key(const struct config *config,
    unsigned char key[SEAL_KEY_BYTES], bool *has_key, struct failure *f);

#endif
