/* SPDX-License-Identifier: MIT */
#include "store/txn_private.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "store/store_private.h"

#include <assert.h>
#include <sodium.h>
#include <string.h>
#include <time.h>

/* A group ends when it has this many members or has run this long: the first
 * member's wait has a bound however many others arrive. */
#define GROUP_MEMBERS_MAX 256
#define GROUP_TIME_MAX_US 20000

/*
 * Callers that were just answered often come again at once, and those of one
 * group come again together.  Whether they should be one group again depends on
 * what takes longer, the COMMIT or their coming.
 *
 * Where a COMMIT is quicker than that, a group takes half of the callers, and
 * the others come while it is under way.  In one group, all would wait for
 * it, and then it for them: with 64 callers and an fsync of 0.3 ms, the queue
 * was empty after two groups of three, every fourth one was of one member, and
 * there were 8 to 12 % fewer writes a second.  A caller takes about CALLER_US,
 * on two cores.
 *
 * Where COMMITs are slow, one for all of them is best.  But a leader that
 * commits the first who comes alone lets the others wait for another COMMIT:
 * with 64 callers and fsync 5 ms slower, every third group had under 8
 * members.  So a leader whose queue has run empty waits for the callers that it
 * knows of, those of the last group and those that were queued at its end, for
 * at most half of what the last COMMIT took: 56 members a group instead of 35
 * and a quarter more writes a second (49 members with a quarter of the COMMIT).
 * A caller alone is never made to wait.
 */
#define CALLER_US 60
#define COMMIT_SLOW_US 2000
#define WAIT_PART_OF_COMMIT 2

/* One queued write, on the stack of the thread that waits for it, or in the
 * arena of the call that was submitted. */
struct job {
	struct job *next;
	txn_fn *fn;
	void *arg;
	struct txn_call *call;
	int64_t queued_us;
	int64_t lock_ms; /* how long it waits for the turn */
	enum err err;
	txn_settled_fn *settled; /* NULL: a thread waits for done */
	bool done;
	pthread_cond_t wake;
};

struct group {
	struct job *first, *last;
	size_t count;
};

void
txn_call_init(
    struct txn_call *call, struct arena *arena, struct failure *failure)
{
	int64_t now_us = clock_now_us();

	memset(call, 0, sizeof(*call));
	call->arena = arena;
	call->failure = failure;
	call->now_ms = now_us / 1000;
	call->now_part = (unsigned)(now_us % 1000 * 4096 / 1000);
	randombytes_buf(call->seed, sizeof(call->seed));
}

struct arena *
txn_arena(struct txn *t)
{
	return t->call->arena;
}

int64_t
txn_now(const struct txn *t)
{
	return t->call->now_ms;
}

int64_t
txn_time_after(const struct txn *t, int64_t earlier)
{
	return txn_now(t) > earlier ? txn_now(t) : earlier + 1;
}

const struct txn_actor *
txn_actor(const struct txn *t)
{
	return &t->call->actor;
}

const char *
txn_new_id(struct txn *t)
{
	unsigned char seed[sizeof(t->call->seed)], random[10];
	char *id = arena_alloc(t->call->arena, TEXT_UUID_SIZE);
	size_t i;

	/* A stream of its own for every id: the seed with the number of the
	 * draw mixed in. */
	memcpy(seed, t->call->seed, sizeof(seed));
	for (i = 0; i < sizeof(t->ids_drawn); i++)
		seed[i] ^= (unsigned char)(t->ids_drawn >> 8 * i);
	t->ids_drawn++;
	randombytes_buf_deterministic(random, sizeof(random), seed);
	/* The 12 bits behind the milliseconds (RFC 9562, 6.2, method 3). */
	random[0] = (unsigned char)(t->call->now_part >> 8);
	random[1] = (unsigned char)t->call->now_part;
	text_uuid7(t->call->now_ms, random, id);
	return id;
}

void
txn_set_action(struct txn *t, const char *action)
{
	t->connection->audit.action = action;
}

enum err
txn_fail(struct txn *t, enum err code, const char *field, const char *detail)
{
	return err_fail(t->call->failure, code, field, detail);
}

/* A call that lacked memory may have read or written less than it meant. */
static enum err
run_call(struct txn *t, txn_fn *fn, void *arg)
{
	enum err err = fn(t, arg);

	if (err == ERR_NONE && arena_is_short(t->call->arena))
		err = txn_fail(t, ERR_INTERNAL, NULL, "out of memory");
	return err;
}

static enum err
run_read(struct store *s, txn_fn *fn, void *arg, struct txn_call *call)
{
	struct txn t = { .store = s, .mode = TXN_READ, .call = call };
	struct failure ignored;
	struct reader *r;
	enum err err;

	if ((err = store_borrow(s, &r, call->failure)) != ERR_NONE)
		return err;
	err = connection_step(
	    r->connection, STATEMENT_TXN_BEGIN_READ, call->failure);
	if (err == ERR_NONE) {
		t.connection = r->connection;
		err = run_call(&t, fn, arg);
		/* The end of a read tells nothing that fn has not told. */
		connection_step(r->connection, STATEMENT_TXN_COMMIT, &ignored);
	}
	store_return(s, r);
	return err;
}

/* Run one member inside its savepoint; a member that fails leaves nothing
 * behind and disturbs no other.  When even that cannot be had, the whole
 * transaction ends (sqlite3_get_autocommit). */
static void
run_member(struct store *s, struct connection *c, struct job *j)
{
	struct txn t = {
		.store = s,
		.mode = TXN_WRITE,
		.connection = c,
		.call = j->call,
	};
	struct failure ignored;
	bool settled = true;

	j->err = connection_step(c, STATEMENT_TXN_SAVEPOINT, j->call->failure);
	if (j->err != ERR_NONE)
		return;
	c->audit = (struct recorder){
		.actor_id = j->call->actor.id,
		.actor_kind = j->call->actor.kind,
		.token_id = j->call->actor.token_id,
		.request_id = j->call->actor.request_id,
		.family = j->call->actor.family,
		.at_ms = j->call->now_ms,
	};
	j->err = run_call(&t, j->fn, j->arg);
	memset(&c->audit, 0, sizeof(c->audit));
	/* A full disk or an I/O error may have ended the whole transaction. */
	if (sqlite3_get_autocommit(c->db))
		return;
	if (j->err != ERR_NONE)
		settled = connection_step(c, STATEMENT_TXN_ROLLBACK_TO,
			      &ignored) == ERR_NONE;
	settled = settled &&
	    connection_step(c, STATEMENT_TXN_RELEASE, &ignored) == ERR_NONE;
	if (!settled)
		connection_step(c, STATEMENT_TXN_ROLLBACK, &ignored);
}

/* Called with the mutex held. */
static void
push_job(struct store *s, struct job *j)
{
	if (s->queue_tail == NULL)
		s->queue_head = j;
	else
		s->queue_tail->next = j;
	s->queue_tail = j;
	s->queued++;
	if (s->leader_waits)
		pthread_cond_signal(&s->arrival);
}

/* Called with the mutex held. */
static struct job *
pop_job(struct store *s)
{
	struct job *j = s->queue_head;

	if (j == NULL)
		return NULL;
	s->queue_head = j->next;
	if (s->queue_head == NULL)
		s->queue_tail = NULL;
	s->queued--;
	j->next = NULL;
	return j;
}

static void
add_member(struct group *g, struct job *j)
{
	if (g->last == NULL)
		g->first = j;
	else
		g->last->next = j;
	g->last = j;
	g->count++;
}

/* Give every member that believed in success the failure that hit all. */
static void
fail_group(struct group *g, const struct failure *f)
{
	struct job *j;

	for (j = g->first; j != NULL; j = j->next) {
		if (j->err == ERR_NONE)
			j->err = err_fail(
			    j->call->failure, f->code, f->field, f->detail);
	}
}

/* The turn did not come, or is of no use: fail those who have waited their
 * time; those who came later wait on, under the next leader. */
static void
fail_waiting(struct store *s, struct group *g, const struct failure *f)
{
	int64_t limit_us = clock_steady_us() - s->options.lock_ms * 1000;
	struct job *head;

	for (;;) {
		pthread_mutex_lock(&s->mutex);
		head = s->queue_head;
		/* The leader itself is first in the queue. */
		if (head != NULL && g->count > 0 && head->queued_us > limit_us)
			head = NULL;
		if (head != NULL)
			pop_job(s);
		pthread_mutex_unlock(&s->mutex);
		if (head == NULL)
			break;
		add_member(g, head);
	}
	fail_group(g, f);
}

/* What ended the whole transaction inside a member: a fault of the store is
 * everybody's, anything else was the member's own. */
static enum err
shared_fault(enum err err)
{
	return err == ERR_FULL || err == ERR_BUSY || err == ERR_READ_ONLY
	    ? err
	    : ERR_IO;
}

/* Was the last COMMIT quicker than its callers come again? */
static bool
commits_quickly(const struct store *s)
{
	return s->commit_us < (int64_t)s->callers * CALLER_US;
}

static size_t
members_max(const struct store *s)
{
	return commits_quickly(s) ? (s->callers + 1) / 2 : GROUP_MEMBERS_MAX;
}

/* The first one, for whom the group was begun, is always taken. */
static bool
may_grow(const struct store *s, const struct group *g, int64_t end_us)
{
	return g->count == 0 ||
	    (g->count < members_max(s) && g->count < GROUP_MEMBERS_MAX &&
		clock_steady_us() < end_us);
}

/* Is there a caller worth waiting for? */
static bool
expects_more(const struct store *s, const struct group *g)
{
	return g->count > 0 && g->count < s->callers &&
	    s->commit_us >= COMMIT_SLOW_US && !commits_quickly(s);
}

/* The next member, if need be after a wait that ends at *until_us (0: not
 * begun yet); NULL when the group is complete. */
static struct job *
next_job(struct store *s, const struct group *g, int64_t *until_us)
{
	struct timespec until;
	struct job *j;
	int failed = 0;

	pthread_mutex_lock(&s->mutex);
	while ((j = pop_job(s)) == NULL && expects_more(s, g) && failed == 0) {
		if (*until_us == 0)
			*until_us = clock_steady_us() +
			    s->commit_us / WAIT_PART_OF_COMMIT;
		until = clock_timespec(*until_us);
		s->leader_waits = true;
		failed = pthread_cond_timedwait(&s->arrival, &s->mutex, &until);
		s->leader_waits = false;
	}
	pthread_mutex_unlock(&s->mutex);
	return j;
}

static enum err
commit(struct store *s, struct connection *c, struct failure *f)
{
	int64_t begun_us = clock_steady_us();
	enum err err = connection_step(c, STATEMENT_TXN_COMMIT, f);

	s->commit_us = clock_steady_us() - begun_us;
	return err;
}

/* Run what is queued, and what arrives meanwhile, up to the bounds.  True when
 * it was committed. */
static bool
run_group(struct store *s, struct connection *c, struct group *g)
{
	struct failure f = { 0 }, ignored;
	struct job *j;
	int64_t end_us, until_us = 0;

	if (connection_step(c, STATEMENT_TXN_BEGIN_WRITE, &f) != ERR_NONE) {
		fail_waiting(s, g, &f);
		return false;
	}
	if (signer_begin(&s->signer, c, &f) != ERR_NONE) {
		fail_waiting(s, g, &f);
		connection_step(c, STATEMENT_TXN_ROLLBACK, &ignored);
		return false;
	}
	end_us = clock_steady_us() + GROUP_TIME_MAX_US;
	while (
	    may_grow(s, g, end_us) && (j = next_job(s, g, &until_us)) != NULL) {
		add_member(g, j);
		run_member(s, c, j);
		if (sqlite3_get_autocommit(c->db)) {
			err_fail(&f, shared_fault(j->err), NULL,
			    "the group was rolled back");
			fail_group(g, &f);
			return false;
		}
	}
	if (signer_end(&s->signer, c, &f) == ERR_NONE &&
	    commit(s, c, &f) == ERR_NONE)
		return true;
	fail_group(g, &f);
	if (!sqlite3_get_autocommit(c->db))
		connection_step(c, STATEMENT_TXN_ROLLBACK, &ignored);
	return false;
}

/* What gives way to others misses its turn without fault. */
static enum err
take_turn(struct store *s, int64_t wait_ms, struct failure *f)
{
	int64_t start_us = clock_steady_us();
	enum err err = lock_take(&s->lock, wait_ms, f);

	if (s->observer.turn != NULL && (err == ERR_NONE || wait_ms > 0))
		s->observer.turn(s->observer.arg, clock_steady_us() - start_us,
		    err == ERR_NONE);
	return err;
}

/* Take the turn among processes and run one group, which the queue's head
 * begins. */
static void
lead_group(struct store *s, const struct job *head, struct group *g)
{
	int64_t waited_ms = (clock_steady_us() - head->queued_us) / 1000;
	int64_t left_ms = head->lock_ms - waited_ms;
	struct connection *c;
	struct failure f = { 0 };
	bool committed = false;

	if (take_turn(s, left_ms > 0 ? left_ms : 0, &f) != ERR_NONE) {
		fail_waiting(s, g, &f);
		return;
	}
	if (store_writer(s, &c, &f) == ERR_NONE)
		committed = run_group(s, c, g);
	else
		fail_waiting(s, g, &f);
	lock_release(&s->lock);
	if (s->observer.group != NULL)
		s->observer.group(s->observer.arg, g->count, committed);
}

/* Tell every member how it ended.  A job may be gone, and its memory used for
 * something else, as soon as its owner knows. */
static void
settle_group(struct store *s, const struct group *g, const struct job *own)
{
	struct job *j, *next;

	for (j = g->first; j != NULL; j = next) {
		next = j->next;
		j->call->outcome = j->err;
		if (j == own) {
			j->done = true;
		} else if (j->settled != NULL) {
			j->settled(j->arg);
		} else {
			pthread_mutex_lock(&s->mutex);
			j->done = true;
			pthread_cond_signal(&j->wake);
			pthread_mutex_unlock(&s->mutex);
		}
	}
}

/* Lead one group; own, the leader's job at the queue's head, is done
 * afterwards and nobody is told.  Called, and returns, with the mutex held. */
static void
lead_one(struct store *s, const struct job *own)
{
	const struct job *head = s->queue_head;
	struct group g = { 0 };

	pthread_mutex_unlock(&s->mutex);
	lead_group(s, head, &g);
	pthread_mutex_lock(&s->mutex);
	s->callers = g.count + s->queued;
	pthread_mutex_unlock(&s->mutex);
	settle_group(s, &g, own);
	assert(own == NULL || own->done);
	pthread_mutex_lock(&s->mutex);
}

/* The committer's thread.  It holds the lead from the moment it is given to
 * it, awake or not, until nothing is queued. */
static void *
run_committer(void *store)
{
	struct store *s = store;

	pthread_mutex_lock(&s->mutex);
	while (!s->stops_committer) {
		if (!s->committer_leads) {
			pthread_cond_wait(&s->committer_wake, &s->mutex);
			continue;
		}
		while (s->queue_head != NULL)
			lead_one(s, NULL);
		s->committer_leads = s->has_leader = false;
	}
	pthread_mutex_unlock(&s->mutex);
	return NULL;
}

/* False where threads are limited. */
static bool
pass_lead(struct store *s)
{
	if (!s->has_committer &&
	    pthread_create(&s->committer, NULL, run_committer, s) != 0)
		return false;
	s->has_committer = s->committer_leads = true;
	pthread_cond_signal(&s->committer_wake);
	return true;
}

/* The writer is idle and own is the only job: lead its group, then give the
 * lead away, so that no caller's thread works for others for long.  Called,
 * and returns, with the mutex held. */
static void
lead(struct store *s, const struct job *own)
{
	s->has_leader = true;
	lead_one(s, own);
	while (s->queue_head != NULL) {
		if (pass_lead(s))
			return;
		lead_one(s, NULL);
	}
	s->has_leader = false;
}

enum manners { WAITS, GIVES_WAY };

static struct job
make_job(const struct store *s, txn_fn *fn, void *arg, struct txn_call *call)
{
	assert(call->actor.id != NULL);
	return (struct job){
		.fn = fn,
		.arg = arg,
		.call = call,
		.queued_us = clock_steady_us(),
		.lock_ms = s->options.lock_ms,
	};
}

static enum err
run_write(struct store *s, enum manners manners, txn_fn *fn, void *arg,
    struct txn_call *call)
{
	struct job j = make_job(s, fn, arg, call);

	pthread_mutex_lock(&s->mutex);
	if (manners == GIVES_WAY) {
		if (s->has_leader) {
			pthread_mutex_unlock(&s->mutex);
			return err_fail(
			    call->failure, ERR_BUSY, NULL, "other writers");
		}
		j.lock_ms = 0;
	}
	pthread_cond_init(&j.wake, NULL);
	push_job(s, &j);
	if (!s->has_leader)
		lead(s, &j);
	while (!j.done)
		pthread_cond_wait(&j.wake, &s->mutex);
	pthread_mutex_unlock(&s->mutex);
	pthread_cond_destroy(&j.wake);
	return j.err;
}

bool
txn_submit(struct store *s, txn_fn *fn, void *arg, struct txn_call *call,
    txn_settled_fn *settled)
{
	struct job *j = arena_alloc(call->arena, sizeof(*j));
	bool leads;

	*j = make_job(s, fn, arg, call);
	j->settled = settled;
	pthread_mutex_lock(&s->mutex);
	push_job(s, j);
	leads = !s->has_leader;
	if (leads)
		lead(s, j);
	pthread_mutex_unlock(&s->mutex);
	return leads;
}

enum err
txn_run(struct store *s, enum txn_mode mode, txn_fn *fn, void *arg,
    struct txn_call *call)
{
	assert(mode != TXN_NONE);
	if (mode == TXN_READ)
		return run_read(s, fn, arg, call);
	return run_write(s, WAITS, fn, arg, call);
}

enum err
txn_run_upkeep(struct store *s, txn_fn *fn, void *arg, struct txn_call *call)
{
	return run_write(s, GIVES_WAY, fn, arg, call);
}

bool
txn_is_awaited(struct txn *t)
{
	bool awaited;

	pthread_mutex_lock(&t->store->mutex);
	awaited = t->store->queue_head != NULL;
	pthread_mutex_unlock(&t->store->mutex);
	return awaited;
}

void
txn_ask_upkeep(struct txn *t)
{
	pthread_mutex_lock(&t->store->mutex);
	t->store->upkeep_asked = true;
	pthread_mutex_unlock(&t->store->mutex);
}
