/* SPDX-License-Identifier: MIT */
/*
 * txn: the only way to the data.
 *
 * A read runs on a connection of its own, in one snapshot.  Writes of all
 * threads are committed in groups: whoever finds the writer idle leads one
 * group, and what has queued meanwhile is led by a thread of the store's own,
 * until nothing is queued.  The leader takes all that is queued, runs each
 * member inside its own savepoint under its own name in the audit log, commits
 * once, and only then tells everybody.  The effect equals some serial order of
 * single transactions.
 *
 * A txn_fn is a function of its argument and its transaction and of nothing
 * else: it may run on another thread, and it may run again from the start on
 * another transaction.  Identifiers, time and random bytes are drawn once per
 * call, so that it does the same again.
 */
#ifndef STORE_TXN_H
#define STORE_TXN_H

#include "base/arena.h"
#include "base/err.h"
#include "store/store.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct txn;

enum txn_mode { TXN_NONE, TXN_READ, TXN_WRITE };

/* Who stands behind a write, for the audit log. */
struct txn_actor {
	const char *id;       /* user id, or what the kind says */
	const char *kind;     /* user, key, anonymous, operator, system */
	const char *token_id; /* NULL without a token */
	const char *request_id;
	const char *family; /* promptcrafter, px0, voice, admin, cli */
};

/* What a call brings along; it lives until txn_run has returned, or until a
 * submitted write is settled. */
struct txn_call {
	struct arena *arena;
	struct failure *failure;
	struct txn_actor actor;
	int64_t now_ms;
	unsigned now_part; /* of that millisecond, in 4096ths */
	unsigned char seed[32];
	enum err outcome; /* of a submitted write, once it is settled */
};

/* Draw time and seed for one call. */
void txn_call_init(
    struct txn_call *call, struct arena *arena, struct failure *failure);

typedef enum err txn_fn(struct txn *t, void *arg);

/*
 * Run fn(t, arg).  TXN_READ: whatever fn returns is returned.  TXN_WRITE:
 * when fn returns ERR_NONE its changes are durable once txn_run returns
 * ERR_NONE; on any other value nothing has changed.  Beside fn's own errors:
 * ERR_BUSY (the turn did not come in time), ERR_FULL, ERR_READ_ONLY, ERR_IO.
 * Never call it from inside a txn_fn.
 */
enum err txn_run(struct store *s, enum txn_mode mode, txn_fn *fn, void *arg,
    struct txn_call *call);

/* Told that a submitted write is settled: in the thread of its group's leader,
 * who has others to tell and the next group to lead, so it hands on what it
 * was told and returns. */
typedef void txn_settled_fn(void *arg);

/*
 * Do what txn_run does with TXN_WRITE, without holding the thread until the
 * COMMIT.  True: the write is settled already (this thread led the group) and
 * nobody is told.  False: settled(arg) is called exactly once, in another
 * thread and perhaps before txn_submit has returned; until then the caller
 * leaves arg, call and the call's arena alone.  Either way call->outcome says
 * what txn_run would have returned.
 */
bool txn_submit(struct store *s, txn_fn *fn, void *arg, struct txn_call *call,
    txn_settled_fn *settled);

/*
 * The same as txn_run for upkeep, a write that gives way: ERR_BUSY at once when another
 * write is queued or runs, here or in another process.  What comes later must
 * wait for it, so fn does a little only, and ends early when txn_is_awaited.
 */
enum err txn_run_upkeep(
    struct store *s, txn_fn *fn, void *arg, struct txn_call *call);

/* Does another write of this process wait for this one's end? */
bool txn_is_awaited(struct txn *t);

/* Tell whoever does the upkeep that it is due: see store_take_upkeep. */
void txn_ask_upkeep(struct txn *t);

struct arena *txn_arena(struct txn *t);
int64_t txn_now(const struct txn *t);

/* The time for a write to a row last written at earlier: now, or the next
 * millisecond where that is later, so that every write shows. */
int64_t txn_time_after(const struct txn *t, int64_t earlier);

const struct txn_actor *txn_actor(const struct txn *t);

/* A new UUIDv7, the n-th of this call: the same when fn runs again.  Ids of
 * calls that began one after the other sort in that order, even within a
 * millisecond. */
const char *txn_new_id(struct txn *t);

/* Name what the next changes are in the audit log (ACTIVATE, DEACTIVATE)
 * where the trigger would say UPDATE; NULL ends it. */
void txn_set_action(struct txn *t, const char *action);

/* Fill the call's failure and return code. */
enum err txn_fail(
    struct txn *t, enum err code, const char *field, const char *detail);

#endif
