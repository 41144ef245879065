/* SPDX-License-Identifier: MIT */
/*
 * rate: how many requests a token may make in a minute, counted over all
 * processes of an installation without a write to the database.
 *
 * The counts lie in a small file of the data directory that every process
 * maps into its memory; a token's place in it follows from a hash.  Nothing
 * is lost with the file but what was used of the current minute.  On a
 * network file system, where a mapping is not shared between machines, each
 * machine counts for itself.
 */
#ifndef DOMAIN_RATE_H
#define DOMAIN_RATE_H

#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

struct rate_table;

/* What a client is told about its limit. */
struct rate {
	int64_t limit;     /* requests a minute; 0: none is set */
	int64_t remaining; /* that could be made at once */
	int64_t reset_s;   /* until all of them could be made again */
	int64_t wait_s;    /* until the next one may be made; 0: it may */
};

/* Map <dir>/rates, made when it is missing.  ERR_IO with f->detail. */
enum err rate_open(const char *dir, struct rate_table **out, struct failure *f);
void rate_close(struct rate_table *table); /* NULL is fine */

/* Take one request of the per_minute that token (any text that names it) has.
 * False when it has none left: out->wait_s tells how long.  Any thread may
 * call; a table that is full of busy tokens refuses nobody. */
bool rate_take(struct rate_table *table, const char *token, int64_t per_minute,
    int64_t now_ms, struct rate *out);

#endif
