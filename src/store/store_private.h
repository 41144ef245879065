/* SPDX-License-Identifier: MIT */
/*
 * store_private: what store.c opens and txn.c runs.  Private to src/store.
 */
#ifndef STORE_STORE_PRIVATE_H
#define STORE_STORE_PRIVATE_H

#include "store/connection.h"
#include "store/lock.h"
#include "store/signer.h"
#include "store/store.h"

#include <pthread.h>
#include <sys/types.h>

#define STORE_DATABASE_NAME "promptledger.db"
#define STORE_LOCK_NAME "promptledger.lock"

struct job; /* a queued write; txn.c's own */

/* Readers are lent to one transaction at a time. */
struct reader {
	struct reader *next;
	struct connection *connection;
	int64_t looked_us; /* when it was last known not to have moved */
};

struct store {
	char *dir;
	char *path;
	struct store_options options;

	pthread_mutex_t mutex; /* guards the rest of this group */
	struct reader *idle_readers;
	size_t readers; /* that are open, idle or lent */
	size_t readers_lent;
	int64_t crowded_us; /* when more than the usual were lent */
	size_t reader_waiters;
	pthread_cond_t reader_back; /* while somebody waits for one */
	struct job *queue_head;
	struct job *queue_tail;
	size_t queued;
	size_t callers; /* the last group's, and who was queued at its end */
	bool has_leader;
	bool leader_waits;
	pthread_cond_t arrival; /* of a job, while the leader waits */
	bool upkeep_asked;
	bool is_lost;

	/* What a brief store lends: the writer's connection, which it opens for
	 * reading, and which becomes a writer at the first write. */
	struct reader only;

	pthread_mutex_t door; /* of this process, before lock's */
	bool is_made;         /* so a missing database is a fault */
	ino_t database, wal;  /* as they were opened last; 0: not yet */

	/* The thread that leads when more is queued than one group took;
	 * started when that happens first.  Also under the mutex. */
	bool has_committer, committer_leads, stops_committer;
	pthread_t committer;
	pthread_cond_t committer_wake;

	struct store_observer observer; /* its functions may be NULL */

	/* The leader's, and nobody else's. */
	struct connection *writer; /* NULL until the first write */
	int64_t commit_us;         /* what the last COMMIT took */
	struct lock lock;
	struct signer signer;
};

/* dir/name, to be freed; NULL without memory. */
char *store_join(const char *dir, const char *name);

/* Lend a reader, opened on demand; give it back with store_return. */
enum err store_borrow(struct store *s, struct reader **out, struct failure *f);
void store_return(struct store *s, struct reader *r);

/* The leader's connection, opened on demand, and anew when another database
 * was put in the place of its own. */
enum err store_writer(
    struct store *s, struct connection **out, struct failure *f);

#endif
