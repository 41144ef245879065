/* SPDX-License-Identifier: MIT */
/*
 * snapshot: the whole database as a file: copied out while others write,
 * checked, and put in the place of another.
 */
#ifndef STORE_SNAPSHOT_H
#define STORE_SNAPSHOT_H

#include "base/seal.h"
#include "store/store.h"

#define SNAPSHOT_NAME "promptledger.db"
#define SNAPSHOT_ASIDE_SIZE 128

/* Called now and then, with roughly how much of how much is done. */
typedef void snapshot_step(void *arg, int64_t done, int64_t total);

/* Copy the database, as it is at one moment, into the new file path.  Nobody
 * waits for it.  ERR_FULL, ERR_IO. */
enum err snapshot_make(struct store *s, const char *path, snapshot_step *step,
    void *arg, struct failure *f);

/* Is every page sound, and does every reference lead somewhere?  ERR_IO with
 * f->detail when not. */
enum err snapshot_check(struct store *s, struct failure *f);

/*
 * Putting a database in the place of another.
 *
 *	snapshot_swap_begin    nobody writes, opens or closes from here on
 *	snapshot_swap          the new one is there, the old one aside
 *	snapshot_swap_end      always
 *
 * Processes that have the old one open see the new one with their next
 * transaction.  Whenever it is interrupted, the whole old database or the
 * whole new one is there; a server that finds its WAL gone then ends, as
 * store_is_lost says.
 */
struct snapshot_swap;

/* options->dir is made when missing.  ERR_BUSY when writers or readers were
 * in the way for options->lock_ms. */
enum err snapshot_swap_begin(const struct store_options *options,
    struct snapshot_swap **out, struct failure *f);

/* Where the audit log of the old database stands; false when there is none,
 * or none that can be read. */
bool snapshot_swap_head(
    const struct snapshot_swap *swap, struct seal_head *out);

/* Move the closed and whole database at path, on the same file system, into
 * place.  aside gets the old one's new name within the directory, "" when
 * there was none; at_ms is for that name.  On failure nothing has changed. */
enum err snapshot_swap(struct snapshot_swap *swap, const char *path,
    int64_t at_ms, char aside[SNAPSHOT_ASIDE_SIZE], struct failure *f);

void snapshot_swap_end(struct snapshot_swap *swap); /* NULL is fine */

#endif
