/* SPDX-License-Identifier: MIT */
/*
 * metrics: what all processes of an installation have done, counted in a
 * tally and shown as GET /metrics: requests by route and status, how long they
 * took, commits.  docs/OPERATION.md names them.
 *
 * Requests are told apart by their route, never by what was in their path.
 */
#ifndef API_METRICS_H
#define API_METRICS_H

#include "api/call.h"

struct metrics;

/* Open the tally in dir; failures as tally_open's. */
enum err metrics_open(const char *dir, struct metrics **out, struct failure *f);
void metrics_close(struct metrics *m); /* NULL is fine */

/* Count what the store commits from now on; m must outlive it. */
void metrics_watch(struct metrics *m, struct store *s);

/* Count an answer whose status stands, and how long it took. */
void metrics_count(struct metrics *m, const struct call *c, int64_t took_us);

/* What is not counted but looked up when somebody asks. */
struct metrics_state {
	int64_t audit_seq;
	int64_t search_pending;
	int64_t database_bytes;
	int64_t wal_bytes;
};

void metrics_show(
    struct metrics *m, const struct metrics_state *state, struct buf *out);

#endif
