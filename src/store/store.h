/* SPDX-License-Identifier: MIT */
/*
 * store: one data directory, opened: the database, its writers' lock and its
 * connections.  The way to the data itself is txn.h.
 */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct store;

struct store_options {
	const char *dir; /* absolute; made, mode 0700, when missing */
	bool synchronous_full;
	/* Plain CGI: one thread and one request.  All is done on one connection,
	 * which leaves the WAL for the next process. */
	bool is_brief;
	int64_t lock_ms; /* how long a write waits for its turn */
	/* SEAL_KEY_BYTES that sign the audit log; copied; NULL: no key. */
	const unsigned char *audit_key;
};

/* Make a data directory, mode 0700, and what is missing above it. */
enum err store_make_dir(const char *dir, struct failure *f);

/* Is there a database in dir? */
bool store_exists(const char *dir);

/* Open the store and bring its schema up to date.  *fresh tells whether the
 * database was made just now.  On failure f->detail says why. */
enum err store_open(const struct store_options *options, struct store **out,
    bool *fresh, struct failure *f);

/* No transaction may be running.  NULL is fine. */
void store_close(struct store *s);

/* Was the database's WAL taken away (a restore that was killed, a person)?  It
 * is of no use to write then, and connections of one process share what they
 * know of the WAL: the process must end, and another one begin. */
bool store_is_lost(struct store *s);

/* Told by the leader of a group of writes how it went; quickly, because all
 * other writers wait. */
struct store_observer {
	/* How long it waited for its turn among the processes, and whether it
	 * came. */
	void (*turn)(void *arg, int64_t waited_us, bool taken);
	/* The group was committed, or could not be. */
	void (*group)(void *arg, size_t writes, bool committed);
	void *arg;
};

/* Before the first write.  The observer is copied. */
void store_observe(struct store *s, const struct store_observer *o);

/* What the database and its WAL take on the disk; 0 for what is not there. */
void store_measure(
    const struct store *s, int64_t *database_bytes, int64_t *wal_bytes);

/* The database engine that this program was linked with. */
struct store_engine {
	const char *version;
	bool has_threads;
	bool has_search; /* FTS5 */
	bool is_known;   /* not older than what it was written for */
};

struct store_engine store_engine(void);

/* Has upkeep been asked for (txn_ask_upkeep) since this was called last? */
bool store_take_upkeep(struct store *s);

#endif
