/* SPDX-License-Identifier: MIT */
/*
 * throttle: how often something may be tried within some time, counted in the
 * store, so that all processes count together and a restart forgets nothing.
 *
 * A rule gives every subject (an e-mail address, a network address) a stock of
 * tries that fills up again evenly: with 10 tries in 15 minutes somebody may
 * try ten times at once, and once more every 90 seconds after that.  What is
 * stored is one time per subject, that at which its stock is full again (the
 * generic cell rate algorithm, ITU-T I.371), and of the subject a hash only:
 * people type passwords into the wrong field.
 */
#ifndef DOMAIN_THROTTLE_H
#define DOMAIN_THROTTLE_H

#include "store/txn.h"

#include <stdint.h>

struct throttle {
	const char *deed;  /* keeps the rules' subjects apart */
	int64_t tries;     /* 0: no limit */
	int64_t window_ms; /* in which an empty stock fills up */
};

/* Has subject a try left?  ERR_THROTTLED, with the seconds until there is one
 * as its detail, when not.  A NULL or empty subject is never refused. */
enum err throttle_check(
    struct txn *t, const struct throttle *rule, const char *subject);

/* Take one of subject's tries; fails as throttle_check does, and takes none
 * then.  Needs a TXN_WRITE transaction. */
enum err throttle_take(
    struct txn *t, const struct throttle *rule, const char *subject);

#endif
