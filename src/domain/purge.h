/* SPDX-License-Identifier: MIT */
/*
 * purge: removes what is not needed any more of uploads and recordings:
 * requests a day old, recordings that nothing has referred to for a while,
 * their files, and what interrupted uploads left behind.
 *
 * A file goes only after the commit that deleted its row.
 */
#ifndef DOMAIN_PURGE_H
#define DOMAIN_PURGE_H

#include "store/store.h"
#include "store/txn.h"

#include <stdbool.h>
#include <stdint.h>

enum purge_manners {
	PURGE_GIVES_WAY, /* to all other writes (ERR_BUSY) */
	PURGE_WAITS,     /* for its turn; only where no other thread writes */
};

struct purge {
	const char *data_dir;
	int64_t keep_ms; /* recordings that nothing refers to */
	enum purge_manners manners;
	struct txn_actor actor;

	/* What was removed. */
	int64_t requests;
	int64_t assets;
	int64_t files;
	int64_t received; /* files and parts of interrupted uploads */
	bool is_partial;  /* there is more to do at once */
};

/* Remove a batch of each.  Costs a look when there is nothing to remove. */
enum err purge_some(struct store *s, struct purge *p);

/* How much waits for purge_some, now. */
struct purge_backlog {
	int64_t requests;
	int64_t assets;
	int64_t files;
	int64_t received;
};

enum err purge_count(struct store *s, const char *data_dir, int64_t keep_ms,
    struct purge_backlog *out);

#endif
