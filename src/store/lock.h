/* SPDX-License-Identifier: MIT */
/*
 * lock: whose turn it is to write, among all processes that share one
 * database.
 *
 * An advisory lock on a file beside the database (fcntl open-file-description
 * locks): waiting costs nothing, and the kernel lets go when a process dies.
 * Two bytes of the file make it fair: a writer first waits at a gate, then
 * for the turn itself, and opens the gate when it has the turn.  Whoever just
 * wrote must queue at the gate again and cannot pass the one that is next.
 *
 * Private to src/store.  One holder per struct at a time (the group leader).
 */
#ifndef STORE_LOCK_H
#define STORE_LOCK_H

#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

struct lock {
	int fd;
};

/* Open (and create, mode 0600) the lock file. */
enum err lock_open(struct lock *l, const char *path, struct failure *f);
void lock_close(struct lock *l);

/* Wait at most wait_ms for the turn; ERR_BUSY when it did not come. */
enum err lock_take(struct lock *l, int64_t wait_ms, struct failure *f);
void lock_release(struct lock *l);

#endif
