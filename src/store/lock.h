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
 * A third byte is the door: whoever opens or closes the database's files goes
 * through it, many at once; who puts another database in its place holds it
 * shut, so that no connection ever has the database of one and the WAL of the
 * other.
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

enum lock_door { LOCK_DOOR_USED, LOCK_DOOR_SHUT };

/* Hold the door; ERR_BUSY when wait_ms were not enough.  Of the threads that
 * share the struct one may be in it at a time. */
enum err lock_door_take(
    struct lock *l, enum lock_door how, int64_t wait_ms, struct failure *f);
void lock_door_release(struct lock *l);

#endif
