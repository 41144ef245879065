/* SPDX-License-Identifier: MIT */
/*
 * installation: a data directory, ready for use: the store opened and the
 * organisation, team and project that its operators share.
 */
#ifndef DOMAIN_INSTALLATION_H
#define DOMAIN_INSTALLATION_H

#include "base/config.h"
#include "base/err.h"
#include "store/store.h"

#include <stdbool.h>

/* Open config->data, making what is missing.  keep_wal: for plain CGI.  The
 * caller closes the store with store_close. */
enum err installation_open(const struct config *config, bool keep_wal,
    struct store **out, struct failure *f);

#endif
