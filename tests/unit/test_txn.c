/* SPDX-License-Identifier: MIT */
/*
 * The transaction layer over real files: groups, savepoints, the writers'
 * turn among processes, and what a failing COMMIT does.
 */
#include "store/txn.h"

#include "scratch.h"
#include "store/query.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/resource.h>

/* As in txn.c: where a group ends. */
#define GROUP_MEMBERS_MAX 256
#define GROUP_TIME_MAX_US 20000

#define ORGANISATIONS "SELECT count(*) FROM organisation"

/*
 * Writers: one organisation each, the cheapest audited row.
 */

struct writer {
	struct scratch *scratch;
	pthread_t thread;
	struct arena *arena;
	struct failure failure;
	struct txn_call call;
	char name[32];
	txn_fn *then;   /* after the row was inserted */
	const char *id; /* of the row, as the last run drew it */
	_Atomic size_t runs;
	enum err err;
	_Atomic bool inside; /* fn has begun */
	_Atomic bool go;     /* fn may end */

	_Atomic bool settled; /* of a submitted write */
	size_t settled_nth;
	size_t *settled_count; /* of all, counted by the leaders */
};

static enum err
insert_organisation(struct txn *t, void *writer)
{
	struct writer *w = writer;
	struct query q;
	enum err err;

	w->runs++;
	w->id = txn_new_id(t);
	query_start(&q, t, STATEMENT_ORGANISATION_INSERT);
	query_text(&q, ":id", w->id);
	query_text(&q, ":name", w->name);
	query_integer(&q, ":now", txn_now(t));
	if ((err = query_run(&q)) != ERR_NONE)
		return err;
	return w->then == NULL ? ERR_NONE : w->then(t, w);
}

static enum err
fail_at_the_end(struct txn *t, void *writer)
{
	(void)writer;
	return txn_fail(t, ERR_NAME_TAKEN, "name", "as the test wants");
}

static enum err
wait_for_go(struct txn *t, void *writer)
{
	struct writer *w = writer;

	(void)t;
	atomic_store(&w->inside, true);
	WAIT_UNTIL(atomic_load(&w->go));
	return ERR_NONE;
}

static enum err
outlast_the_group(struct txn *t, void *writer)
{
	int64_t end_us = clock_steady_us() + GROUP_TIME_MAX_US;

	(void)t;
	(void)writer;
	WAIT_UNTIL(clock_steady_us() > end_us);
	return ERR_NONE;
}

/* A row that only COMMIT finds wrong. */
static enum err
defer_a_fault(struct txn *t, void *writer)
{
	(void)writer;
	return scratch_exec(t,
	    "PRAGMA defer_foreign_keys = ON;"
	    "INSERT INTO membership (team_id, user_id, role, created_at)"
	    "VALUES ('nowhere', 'nobody', 'viewer', 0)");
}

static void
prepare(struct writer *w, struct scratch *s, const char *name)
{
	memset(w, 0, sizeof(*w));
	w->scratch = s;
	w->arena = arena_new();
	txn_call_init(&w->call, w->arena, &w->failure);
	snprintf(w->name, sizeof(w->name), "%s", name);
	w->call.actor = scratch_actor(w->name);
}

static void *
run_writer(void *writer)
{
	struct writer *w = writer;

	w->err = txn_run(
	    w->scratch->store, TXN_WRITE, insert_organisation, w, &w->call);
	return NULL;
}

static void
start(struct writer *w)
{
	assert_int_equal(pthread_create(&w->thread, NULL, run_writer, w), 0);
}

static enum err
finish(struct writer *w)
{
	pthread_join(w->thread, NULL);
	return w->err;
}

static enum err
write_one(struct scratch *s, const char *name)
{
	struct writer w;

	prepare(&w, s, name);
	run_writer(&w);
	arena_free(w.arena);
	return w.err;
}

/*
 * The turn, as another process would hold it: locks of another open file
 * stand against ours even inside one process.
 */

static void
open_lock(struct scratch *s, struct lock *out)
{
	char path[PATH_MAX + 64];
	struct failure f;

	snprintf(path, sizeof(path), "%s/promptledger.lock", s->dir);
	assert_int_equal(lock_open(out, path, &f), ERR_NONE);
}

static void
hold_turn(struct scratch *s, struct lock *out)
{
	struct failure f;

	open_lock(s, out);
	assert_int_equal(lock_take(out, 30000, &f), ERR_NONE);
}

/* Does anybody else wait at the gate (byte 0), that is: is he next? */
static bool
somebody_waits(struct lock *l)
{
	struct flock range = {
		.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_len = 1
	};

	return fcntl(l->fd, F_OFD_GETLK, &range) == 0 &&
	    range.l_type != F_UNLCK;
}

static const struct job *
last_queued(struct store *s)
{
	const struct job *j;

	pthread_mutex_lock(&s->mutex);
	j = s->queue_tail;
	pthread_mutex_unlock(&s->mutex);
	return j;
}

/* Start writers one after the other, so that they queue in this order; the
 * turn must be held, or the leader at work. */
static void
queue_up(struct scratch *s, struct writer *w, size_t count)
{
	const struct job *before;
	size_t i;

	for (i = 0; i < count; i++) {
		before = last_queued(s->store);
		start(&w[i]);
		WAIT_UNTIL(last_queued(s->store) != before);
	}
}

static int
count_commit(void *commits)
{
	(*(size_t *)commits)++;
	return 0; /* go on */
}

/* Queue all writers while somebody else has the turn, let them run, and tell
 * in how many commits.  *spare: how many more groups than the least the clock
 * would excuse (a group ends after GROUP_TIME_MAX_US). */
static size_t
run_queued(struct scratch *s, struct writer *w, size_t count, size_t *spare)
{
	size_t commits = 0, i;
	struct lock other;
	int64_t begin_us;

	hold_turn(s, &other);
	sqlite3_commit_hook(s->store->writer->db, count_commit, &commits);
	queue_up(s, w, count);
	begin_us = clock_steady_us();
	lock_release(&other);
	for (i = 0; i < count; i++)
		finish(&w[i]);
	*spare = (size_t)((clock_steady_us() - begin_us) / GROUP_TIME_MAX_US);
	sqlite3_commit_hook(s->store->writer->db, NULL, NULL);
	lock_close(&other);
	return commits;
}

static struct writer *
make_writers(struct scratch *s, size_t count)
{
	struct writer *w = calloc(count, sizeof(*w));
	char name[32];
	size_t i;

	assert_non_null(w);
	for (i = 0; i < count; i++) {
		snprintf(name, sizeof(name), "writer-%zu", i);
		prepare(&w[i], s, name);
	}
	return w;
}

static void
free_writers(struct writer *w, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		arena_free(w[i].arena);
	free(w);
}

/*
 * Groups.
 */

static void
writers_that_wait_together_share_one_commit(void **state)
{
	struct scratch *s = *state;
	struct writer *w = make_writers(s, 32);
	size_t i, spare, commits = run_queued(s, w, 32, &spare);

	for (i = 0; i < 32; i++)
		assert_int_equal(w[i].err, ERR_NONE);
	assert_true(commits >= 1 && commits <= 1 + spare);
	assert_int_equal(scratch_number(s, ORGANISATIONS), 32);
	free_writers(w, 32);
}

static void
writers_that_arrive_while_a_group_runs_share_commits(void **state)
{
	struct scratch *s = *state;
	struct writer *w = make_writers(s, 17);
	size_t i, spare, commits = 0;
	int64_t begin_us;

	w[0].then = wait_for_go;
	sqlite3_commit_hook(s->store->writer->db, count_commit, &commits);
	start(&w[0]);
	WAIT_UNTIL(atomic_load(&w[0].inside));
	queue_up(s, w + 1, 16);
	outlast_the_group(NULL, NULL); /* so that the leader takes no more */
	begin_us = clock_steady_us();
	atomic_store(&w[0].go, true);
	for (i = 0; i < 17; i++)
		assert_int_equal(finish(&w[i]), ERR_NONE);
	spare = (size_t)((clock_steady_us() - begin_us) / GROUP_TIME_MAX_US);
	sqlite3_commit_hook(s->store->writer->db, NULL, NULL);
	/* The leader's own, and for the sixteen others one, or two where a
	 * COMMIT is quick: see txn.c. */
	assert_true(commits >= 2 && commits <= 3 + spare);
	assert_int_equal(scratch_number(s, ORGANISATIONS), 17);
	free_writers(w, 17);
}

/*
 * Submitted writes.
 */

static void
note_settled(void *writer)
{
	struct writer *w = writer;

	w->settled_nth = ++*w->settled_count;
	atomic_store(&w->settled, true);
}

static bool
submit(struct writer *w)
{
	return txn_submit(
	    w->scratch->store, insert_organisation, w, &w->call, note_settled);
}

/* Let a leader hang in w[0], and submit the others meanwhile. */
static void
submit_behind(struct scratch *s, struct writer *w, size_t count)
{
	size_t i;

	w[0].then = wait_for_go;
	start(&w[0]);
	WAIT_UNTIL(atomic_load(&w[0].inside));
	for (i = 1; i < count; i++)
		assert_false(submit(&w[i]));
	for (i = 1; i < count; i++)
		assert_false(atomic_load(&w[i].settled));
	(void)s;
}

static void
await_settled(struct writer *w, size_t count)
{
	size_t i;

	atomic_store(&w[0].go, true);
	assert_int_equal(finish(&w[0]), ERR_NONE);
	for (i = 1; i < count; i++)
		WAIT_UNTIL(atomic_load(&w[i].settled));
}

static struct writer *
make_submitters(struct scratch *s, size_t count, size_t *settled_count)
{
	struct writer *w = make_writers(s, count);
	size_t i;

	*settled_count = 0;
	for (i = 0; i < count; i++)
		w[i].settled_count = settled_count;
	return w;
}

static void
a_write_submitted_to_an_idle_writer_is_settled_at_once(void **state)
{
	struct scratch *s = *state;
	size_t settled;
	struct writer *w = make_submitters(s, 2, &settled);

	w[1].then = fail_at_the_end;
	assert_true(submit(&w[0]));
	assert_int_equal(w[0].call.outcome, ERR_NONE);
	assert_true(submit(&w[1]));
	assert_int_equal(w[1].call.outcome, ERR_NAME_TAKEN);
	assert_string_equal(w[1].failure.detail, "as the test wants");
	assert_int_equal(settled, 0); /* nobody is told */
	assert_int_equal(scratch_number(s, ORGANISATIONS), 1);
	free_writers(w, 2);
}

static void
submitted_writes_hold_no_thread_and_are_settled_once_in_order(void **state)
{
	struct scratch *s = *state;
	const size_t count = 100;
	size_t i, settled;
	struct writer *w = make_submitters(s, count, &settled);

	submit_behind(s, w, count);
	await_settled(w, count);
	for (i = 1; i < count; i++) {
		assert_int_equal(w[i].call.outcome, ERR_NONE);
		assert_int_equal(w[i].runs, 1);
		assert_int_equal(w[i].settled_nth, i);
	}
	assert_int_equal(settled, count - 1);
	assert_int_equal(scratch_number(s, ORGANISATIONS), count);
	free_writers(w, count);
}

static void
when_commit_fails_every_submitted_write_is_told(void **state)
{
	struct scratch *s = *state;
	size_t i, settled;
	struct writer *w = make_submitters(s, 6, &settled);

	w[2].then = fail_at_the_end;
	w[4].then = defer_a_fault;
	submit_behind(s, w, 6);
	outlast_the_group(NULL, NULL); /* w[0] goes alone */
	await_settled(w, 6);
	assert_int_equal(w[2].call.outcome, ERR_NAME_TAKEN);
	assert_int_equal(w[4].call.outcome, ERR_INTERNAL);
	for (i = 1; i < 6; i++)
		assert_int_equal(w[i].failure.code, w[i].call.outcome);
	/* Who was told of success is there, and nobody else. */
	for (settled = 1, i = 1; i < 6; i++)
		settled += w[i].call.outcome == ERR_NONE;
	assert_int_equal(scratch_number(s, ORGANISATIONS), settled);
	free_writers(w, 6);
}

static void
whoever_led_one_group_leads_no_other(void **state)
{
	struct scratch *s = *state;
	size_t settled;
	struct writer *w = make_submitters(s, 3, &settled);

	/* The second group hangs until told; the first one's leader, whose
	 * write is committed, does not wait for it. */
	submit_behind(s, w, 1);
	w[1].then = wait_for_go;
	assert_false(submit(&w[1]));
	outlast_the_group(NULL, NULL);
	atomic_store(&w[0].go, true);
	assert_int_equal(finish(&w[0]), ERR_NONE);
	WAIT_UNTIL(atomic_load(&w[1].inside));
	assert_false(submit(&w[2])); /* somebody leads */
	atomic_store(&w[1].go, true);
	WAIT_UNTIL(atomic_load(&w[2].settled));
	assert_int_equal(w[1].call.outcome, ERR_NONE);
	assert_int_equal(w[2].call.outcome, ERR_NONE);
	free_writers(w, 3);
}

/*
 * Upkeep.
 */

static enum err
upkeep(struct writer *w)
{
	return txn_run_upkeep(
	    w->scratch->store, insert_organisation, w, &w->call);
}

static void *
run_upkeep(void *writer)
{
	struct writer *w = writer;

	w->err = upkeep(w);
	return NULL;
}

static void
upkeep_gives_way_to_a_write_and_never_waits(void **state)
{
	struct scratch *s = *state;
	struct writer *w = make_writers(s, 2);
	struct lock other;

	w[0].then = wait_for_go;
	start(&w[0]);
	WAIT_UNTIL(atomic_load(&w[0].inside));
	assert_int_equal(upkeep(&w[1]), ERR_BUSY);
	atomic_store(&w[0].go, true);
	assert_int_equal(finish(&w[0]), ERR_NONE);
	hold_turn(s, &other); /* as another process would */
	assert_int_equal(upkeep(&w[1]), ERR_BUSY);
	lock_release(&other);
	lock_close(&other);
	assert_int_equal(w[1].runs, 0);
	assert_int_equal(upkeep(&w[1]), ERR_NONE);
	assert_int_equal(scratch_number(s, ORGANISATIONS), 2);
	free_writers(w, 2);
}

static enum err
wait_until_awaited(struct txn *t, void *writer)
{
	struct writer *w = writer;

	assert_false(txn_is_awaited(t));
	atomic_store(&w->inside, true);
	WAIT_UNTIL(txn_is_awaited(t));
	return ERR_NONE;
}

static void
upkeep_knows_that_a_write_waits_for_its_end(void **state)
{
	struct scratch *s = *state;
	struct writer *w = make_writers(s, 2);

	w[0].then = wait_until_awaited;
	assert_int_equal(
	    pthread_create(&w[0].thread, NULL, run_upkeep, &w[0]), 0);
	WAIT_UNTIL(atomic_load(&w[0].inside));
	start(&w[1]);
	assert_int_equal(finish(&w[0]), ERR_NONE);
	assert_int_equal(finish(&w[1]), ERR_NONE);
	assert_int_equal(scratch_number(s, ORGANISATIONS), 2);
	free_writers(w, 2);
}

static void
a_group_ends_when_a_member_took_too_long(void **state)
{
	struct scratch *s = *state;
	struct writer *w = make_writers(s, 3);
	size_t i, spare;

	w[0].then = outlast_the_group;
	assert_true(run_queued(s, w, 3, &spare) >= 2);
	for (i = 0; i < 3; i++)
		assert_int_equal(w[i].err, ERR_NONE);
	free_writers(w, 3);
}

static void
a_group_ends_when_it_has_256_members(void **state)
{
	struct scratch *s = *state;
	const size_t count = GROUP_MEMBERS_MAX + 1;
	struct writer *w = make_writers(s, count);
	size_t i, spare, commits = run_queued(s, w, count, &spare);

	for (i = 0; i < count; i++)
		assert_int_equal(w[i].err, ERR_NONE);
	assert_true(commits >= 2 && commits <= 2 + spare);
	free_writers(w, count);
}

static void *
run_writer_often(void *writer)
{
	struct writer *w = writer;
	size_t i;

	for (i = 0; i < 25 && w->err == ERR_NONE; i++) {
		txn_call_init(&w->call, w->arena, &w->failure);
		w->call.actor = scratch_actor(w->name);
		run_writer(w);
	}
	return NULL;
}

static void
many_threads_write_at_once_and_all_is_committed(void **state)
{
	struct scratch *s = *state;
	struct writer *w = make_writers(s, 16);
	size_t i;

	for (i = 0; i < 16; i++)
		assert_int_equal(
		    pthread_create(&w[i].thread, NULL, run_writer_often, &w[i]),
		    0);
	for (i = 0; i < 16; i++)
		assert_int_equal(finish(&w[i]), ERR_NONE);
	assert_int_equal(scratch_number(s, ORGANISATIONS), 16 * 25);
	assert_int_equal(
	    scratch_number(s, "SELECT max(seq) FROM audit_log"), 16 * 25);
	free_writers(w, 16);
}

static void
a_member_sees_what_members_before_it_did(void **state)
{
	struct scratch *s = *state;
	struct writer *w = make_writers(s, 2);
	size_t spare;

	/* The same name twice is refused by an index of the test's own. */
	scratch_write(
	    s, "CREATE UNIQUE INDEX one_of_each ON organisation (name)");
	snprintf(w[1].name, sizeof(w[1].name), "%s", w[0].name);
	run_queued(s, w, 2, &spare);
	assert_int_equal(w[0].err, ERR_NONE);
	assert_int_not_equal(w[1].err, ERR_NONE);
	assert_int_equal(scratch_number(s, ORGANISATIONS), 1);
	free_writers(w, 2);
}

static void
a_failing_member_leaves_nothing_and_disturbs_no_other(void **state)
{
	struct scratch *s = *state;
	struct writer *w = make_writers(s, 9);
	size_t i, spare;

	w[0].then = w[4].then = w[8].then = fail_at_the_end;
	run_queued(s, w, 9, &spare);
	for (i = 0; i < 9; i++) {
		assert_int_equal(
		    w[i].err, i % 4 == 0 ? ERR_NAME_TAKEN : ERR_NONE);
		if (i % 4 == 0)
			assert_string_equal(
			    w[i].failure.detail, "as the test wants");
	}
	assert_int_equal(scratch_number(s, ORGANISATIONS), 6);
	assert_int_equal(
	    scratch_number(s, "SELECT count(*) FROM audit_log"), 6);
	assert_int_equal(
	    scratch_number(s, "SELECT max(seq) FROM audit_log"), 6);
	assert_int_equal(
	    scratch_number(s,
		"SELECT count(*) FROM organisation "
		"WHERE name IN ('writer-0', 'writer-4', 'writer-8')"),
	    0);
	free_writers(w, 9);
}

static void
each_member_stands_in_the_audit_log_under_its_own_name(void **state)
{
	struct scratch *s = *state;
	struct writer *w = make_writers(s, 8);
	char requests[8][16], tokens[8][16];
	size_t i, spare;

	for (i = 0; i < 8; i++) {
		snprintf(requests[i], sizeof(requests[i]), "request-%zu", i);
		snprintf(tokens[i], sizeof(tokens[i]), "token-%zu", i);
		w[i].call.actor.request_id = requests[i];
		w[i].call.actor.token_id = i % 2 == 0 ? tokens[i] : NULL;
		w[i].call.actor.kind = i % 2 == 0 ? "key" : "user";
		w[i].call.actor.family = i % 2 == 0 ? "px0" : "admin";
		w[i].call.now_ms = 1000 + (int64_t)i;
	}
	run_queued(s, w, 8, &spare);
	assert_int_equal(
	    scratch_number(s,
		"SELECT count(*) FROM audit_log AS a "
		"JOIN organisation AS o ON o.id = a.entity_id "
		"WHERE a.actor_id = o.name "
		"AND a.request_id = 'request-' || substr(o.name, 8) "
		"AND a.actor_kind = iif(substr(o.name, 8) % 2, 'user', 'key') "
		"AND a.family = iif(substr(o.name, 8) % 2, 'admin', 'px0') "
		"AND a.token_id IS iif(substr(o.name, 8) % 2, NULL, "
		"    'token-' || substr(o.name, 8)) "
		"AND a.at = 1000 + substr(o.name, 8)"),
	    8);
	free_writers(w, 8);
}

static void
two_runs_of_one_call_draw_the_same_ids(void **state)
{
	struct scratch *s = *state;
	struct writer w;
	const char *first;

	prepare(&w, s, "again");
	w.then = fail_at_the_end;
	run_writer(&w);
	first = w.id;
	w.then = NULL;
	run_writer(&w);
	assert_int_equal(w.err, ERR_NONE);
	assert_int_equal(w.runs, 2);
	assert_string_equal(w.id, first);
	arena_free(w.arena);
}

static enum err
draw_three(struct txn *t, void *ids)
{
	const char **id = ids;

	id[0] = txn_new_id(t);
	id[1] = txn_new_id(t);
	id[2] = txn_new_id(t);
	return ERR_NONE;
}

static void
ids_differ_within_a_call_and_between_calls(void **state)
{
	struct scratch *s = *state;
	const char *id[6];
	size_t i, j;

	assert_int_equal(scratch_run(s, TXN_WRITE, draw_three, id), ERR_NONE);
	assert_int_equal(
	    scratch_run(s, TXN_WRITE, draw_three, id + 3), ERR_NONE);
	for (i = 0; i < 6; i++) {
		for (j = 0; j < i; j++)
			assert_string_not_equal(id[i], id[j]);
	}
}

static enum err
name_the_action(struct txn *t, void *arg)
{
	(void)arg;
	txn_set_action(t, "ACTIVATE");
	return ERR_NONE;
}

static void
an_action_s_name_ends_with_its_member(void **state)
{
	struct scratch *s = *state;

	assert_int_equal(
	    scratch_run(s, TXN_WRITE, name_the_action, NULL), ERR_NONE);
	assert_null(s->store->writer->audit.action);
	assert_null(s->store->writer->audit.actor_id);
}

/*
 * Actors.
 */

/* Run fn in a child that must die of an assertion, and quietly. */
static int
child_status(struct scratch *s, enum txn_mode mode, txn_fn *fn)
{
	const struct rlimit no_core = { 0 };
	pid_t pid = fork();

	if (pid == 0) {
		setrlimit(RLIMIT_CORE, &no_core);
		close(STDERR_FILENO);
		if (scratch_try_open(s, 30000) != ERR_NONE)
			_exit(2);
		_exit(scratch_run(s, mode, fn, NULL) == ERR_NONE ? 0 : 1);
	}
	return scratch_wait(pid);
}

static enum err
insert_raw(struct txn *t, void *arg)
{
	(void)arg;
	return scratch_exec(t,
	    "INSERT INTO organisation (id, name, created_at)"
	    "VALUES ('raw', 'raw', 0)");
}

static void
a_write_without_an_actor_is_refused(void **state)
{
	struct scratch *s = *state;

	s->call.actor.id = NULL;
	assert_int_equal(child_status(s, TXN_WRITE, insert_raw), -SIGABRT);
	s->call.actor.id = "somebody";
	assert_int_equal(child_status(s, TXN_WRITE, insert_raw), 0);
}

static enum err
forget_the_actor(struct txn *t, void *arg)
{
	t->connection->audit.actor_id = NULL;
	return insert_raw(t, arg);
}

static void
the_triggers_refuse_a_write_without_an_actor(void **state)
{
	struct scratch *s = *state;

	assert_int_not_equal(
	    scratch_run(s, TXN_WRITE, forget_the_actor, NULL), ERR_NONE);
	assert_int_equal(scratch_number(s, ORGANISATIONS), 0);
}

static void
a_stray_shell_cannot_change_user_data(void **state)
{
	struct scratch *s = *state;
	sqlite3 *db;

	scratch_write(s,
	    "INSERT INTO organisation (id, name, created_at)"
	    "VALUES ('mine', 'mine', 0)");
	assert_int_equal(sqlite3_open(s->store->path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, "UPDATE organisation SET name = ''",
			     NULL, NULL, NULL),
	    SQLITE_ERROR);
	assert_int_equal(
	    sqlite3_exec(db, "DELETE FROM organisation", NULL, NULL, NULL),
	    SQLITE_ERROR);
	sqlite3_close(db);
	scratch_assert_text(s, "SELECT name FROM organisation", "mine");
}

/*
 * Readers.
 */

struct snapshot {
	struct scratch *scratch;
	int64_t before, after;
	enum err err;
};

static enum err
read_around_a_write(struct txn *t, void *snapshot)
{
	struct scratch_question q = { .sql = ORGANISATIONS };
	struct snapshot *o = snapshot;
	struct writer w;
	enum err err;

	if ((err = scratch_ask(t, &q)) != ERR_NONE)
		return err;
	o->before = q.number;
	prepare(&w, o->scratch, "meanwhile");
	start(&w);
	o->err = finish(&w);
	arena_free(w.arena);
	if ((err = scratch_ask(t, &q)) != ERR_NONE)
		return err;
	o->after = q.number;
	return ERR_NONE;
}

static void
a_read_does_not_see_what_is_written_meanwhile(void **state)
{
	struct scratch *s = *state;
	struct snapshot o = { .scratch = s };

	assert_int_equal(write_one(s, "before"), ERR_NONE);
	assert_int_equal(
	    scratch_run(s, TXN_READ, read_around_a_write, &o), ERR_NONE);
	assert_int_equal(o.err, ERR_NONE);
	assert_int_equal(o.before, 1);
	assert_int_equal(o.after, 1);
	assert_int_equal(scratch_number(s, ORGANISATIONS), 2);
}

static void
a_read_cannot_write(void **state)
{
	struct scratch *s = *state;

	assert_int_equal(
	    scratch_run(s, TXN_READ, insert_raw, NULL), ERR_READ_ONLY);
	assert_int_equal(scratch_number(s, ORGANISATIONS), 0);
}

static enum err
start_a_write_statement(struct txn *t, void *arg)
{
	struct query q;

	(void)arg;
	query_start(&q, t, STATEMENT_ORGANISATION_INSERT);
	return query_end(&q);
}

static void
a_write_statement_in_a_read_is_a_bug_that_stops_the_program(void **state)
{
	struct scratch *s = *state;

	assert_int_equal(
	    child_status(s, TXN_READ, start_a_write_statement), -SIGABRT);
	assert_int_equal(
	    child_status(s, TXN_WRITE, start_a_write_statement), 0);
}

static void
a_read_returns_what_its_function_returns(void **state)
{
	struct scratch *s = *state;

	assert_int_equal(
	    scratch_run(s, TXN_READ, fail_at_the_end, NULL), ERR_NAME_TAKEN);
	assert_int_equal(scratch_number(s, ORGANISATIONS), 0);
}

/*
 * COMMIT fails.
 */

static void
when_commit_fails_every_member_is_told_and_nothing_stays(void **state)
{
	struct scratch *s = *state;
	struct writer *w = make_writers(s, 4);
	size_t i, spare;

	w[1].then = fail_at_the_end;
	w[2].then = defer_a_fault;
	run_queued(s, w, 4, &spare);
	assert_int_equal(w[1].err, ERR_NAME_TAKEN);
	assert_int_equal(w[2].err, ERR_INTERNAL);
	/* Unless the clock parted them, the others share its fate. */
	if (spare == 0) {
		assert_int_equal(w[0].err, ERR_INTERNAL);
		assert_int_equal(w[3].err, ERR_INTERNAL);
		assert_int_equal(scratch_number(s, ORGANISATIONS), 0);
	}
	assert_int_equal(
	    scratch_number(s, "SELECT count(*) FROM membership"), 0);
	for (i = 0; i < 4; i++)
		assert_int_equal(w[i].failure.code, w[i].err);
	assert_int_equal(write_one(s, "afterwards"), ERR_NONE);
	free_writers(w, 4);
}

/* In a child: a file may grow no further (a quota), then may again. */
static int
write_against_a_limit(struct scratch *s)
{
	struct rlimit limit;
	char big[200000];
	rlim_t was;
	struct writer w;
	enum err err;

	if (scratch_try_open(s, 30000) != ERR_NONE ||
	    getrlimit(RLIMIT_FSIZE, &limit) != 0)
		return 2;
	was = limit.rlim_cur;
	limit.rlim_cur = 64 * 1024;
	signal(SIGXFSZ, SIG_IGN);
	if (write_one(s, "first") != ERR_NONE ||
	    setrlimit(RLIMIT_FSIZE, &limit) != 0)
		return 3;
	memset(big, 'x', sizeof(big) - 1);
	big[sizeof(big) - 1] = '\0';
	prepare(&w, s, "big");
	err = txn_run(s->store, TXN_WRITE, scratch_run_sql,
	    arena_printf(w.arena,
		"INSERT INTO organisation "
		"(id, name, created_at) VALUES ('big', '%s', 0)",
		big),
	    &w.call);
	if (err != ERR_FULL || w.failure.code != ERR_FULL)
		return 100 + (int)err;
	limit.rlim_cur = was;
	if (setrlimit(RLIMIT_FSIZE, &limit) != 0 ||
	    write_one(s, "second") != ERR_NONE)
		return 4;
	arena_free(w.arena);
	scratch_close(s);
	return 0;
}

static void
a_full_disk_is_told_and_the_store_works_once_there_is_room(void **state)
{
	struct scratch *s = *state;
	pid_t pid = fork();

	if (pid == 0)
		_exit(write_against_a_limit(s));
	assert_int_equal(scratch_wait(pid), 0);
	scratch_open(s);
	assert_int_equal(scratch_number(s, ORGANISATIONS), 2);
	scratch_assert_text(s, "PRAGMA integrity_check", "ok");
}

/*
 * The turn among processes.
 */

static void
a_write_whose_turn_does_not_come_is_refused_and_changes_nothing(void **state)
{
	struct scratch *s = *state;
	int64_t begin_us;
	struct lock other;

	scratch_close(s);
	assert_int_equal(scratch_try_open(s, 50), ERR_NONE);
	hold_turn(s, &other);
	begin_us = clock_steady_us();
	assert_int_equal(write_one(s, "too late"), ERR_BUSY);
	assert_true(clock_steady_us() - begin_us >= 50000);
	assert_int_equal(scratch_number(s, ORGANISATIONS), 0);
	lock_release(&other);
	assert_int_equal(write_one(s, "in time"), ERR_NONE);
	assert_int_equal(scratch_number(s, ORGANISATIONS), 1);
	lock_close(&other);
}

static void
a_late_comer_does_not_begin_its_wait_anew_as_leader(void **state)
{
	struct scratch *s = *state;
	struct writer *w = make_writers(s, 8);
	int64_t begin_us, waited_us;
	struct lock other;
	size_t i;

	scratch_close(s);
	assert_int_equal(scratch_try_open(s, 1000), ERR_NONE);
	hold_turn(s, &other);
	begin_us = clock_steady_us();
	queue_up(s, w, 8);
	for (i = 0; i < 8; i++)
		assert_int_equal(finish(&w[i]), ERR_BUSY);
	waited_us = clock_steady_us() - begin_us;
	/* Not the first leader's second, and another one after it. */
	assert_in_range(waited_us, 1000000, 1900000);
	lock_release(&other);
	assert_int_equal(scratch_number(s, ORGANISATIONS), 0);
	assert_int_equal(write_one(s, "afterwards"), ERR_NONE);
	lock_close(&other);
	free_writers(w, 8);
}

static enum err
end_the_transaction(struct txn *t, void *arg)
{
	(void)arg;
	/* As SQLite itself does on some failures of the disk. */
	scratch_exec(t, "ROLLBACK");
	return txn_fail(t, ERR_NAME_TAKEN, NULL, NULL);
}

static void
a_member_that_loses_the_transaction_fails_those_before_it_only(void **state)
{
	struct scratch *s = *state;
	struct writer *w = make_writers(s, 4);
	size_t spare;

	w[1].then = end_the_transaction;
	run_queued(s, w, 4, &spare);
	/* Its own error is its own; the first one's row went with it. */
	assert_int_equal(w[1].err, ERR_NAME_TAKEN);
	if (spare == 0)
		assert_int_equal(w[0].err, ERR_IO);
	assert_int_equal(w[2].err, ERR_NONE);
	assert_int_equal(w[3].err, ERR_NONE);
	assert_int_equal(scratch_number(s,
			     "SELECT count(*) FROM organisation"
			     " WHERE name IN ('writer-2', 'writer-3')"),
	    2);
	assert_int_equal(
	    scratch_number(s, ORGANISATIONS), w[0].err == ERR_NONE ? 3 : 2);
	free_writers(w, 4);
}

static enum err
lose_the_savepoint(struct txn *t, void *arg)
{
	(void)arg;
	scratch_exec(t, "RELEASE member");
	return txn_fail(t, ERR_NAME_TAKEN, NULL, NULL);
}

static void
a_member_that_cannot_be_undone_takes_the_group_with_it(void **state)
{
	struct scratch *s = *state;
	struct writer *w = make_writers(s, 2);
	size_t spare;

	w[1].then = lose_the_savepoint;
	run_queued(s, w, 2, &spare);
	assert_int_equal(w[1].err, ERR_NAME_TAKEN);
	if (spare == 0)
		assert_int_equal(w[0].err, ERR_IO);
	assert_int_equal(
	    scratch_number(s, ORGANISATIONS), w[0].err == ERR_NONE ? 1 : 0);
	assert_int_equal(write_one(s, "afterwards"), ERR_NONE);
	free_writers(w, 2);
}

static void
a_foreign_writer_of_the_database_is_waited_for_as_long_as_set(void **state)
{
	struct scratch *s = *state;
	sqlite3 *shell;
	int64_t begin_us;

	scratch_close(s);
	assert_int_equal(scratch_try_open(s, 50), ERR_NONE);
	assert_int_equal(sqlite3_open(s->store->path, &shell), SQLITE_OK);
	assert_int_equal(
	    sqlite3_exec(shell, "BEGIN IMMEDIATE", NULL, NULL, NULL),
	    SQLITE_OK);
	begin_us = clock_steady_us();
	assert_int_equal(write_one(s, "too late"), ERR_BUSY);
	/* Far less than the five seconds of a connection's own. */
	assert_true(clock_steady_us() - begin_us < 3000000);
	sqlite3_close(shell);
	assert_int_equal(write_one(s, "in time"), ERR_NONE);
	assert_int_equal(scratch_number(s, ORGANISATIONS), 1);
}

/* BEGIN may take longer than a group may last; its first member runs. */
static void *
write_slowly_begun(void *writer)
{
	struct writer *w = writer;

	assert_true(submit(w));
	return NULL;
}

static void
a_group_that_began_late_runs_its_first_member_all_the_same(void **state)
{
	struct scratch *s = *state;
	struct writer *w = make_writers(s, 1);
	sqlite3 *shell;

	assert_int_equal(sqlite3_open(s->store->path, &shell), SQLITE_OK);
	assert_int_equal(
	    sqlite3_exec(shell, "BEGIN IMMEDIATE", NULL, NULL, NULL),
	    SQLITE_OK);
	assert_int_equal(
	    pthread_create(&w[0].thread, NULL, write_slowly_begun, &w[0]), 0);
	WAIT_UNTIL(last_queued(s->store) != NULL);
	outlast_the_group(NULL, NULL);
	sqlite3_close(shell);
	assert_int_equal(finish(&w[0]), ERR_NONE);
	assert_int_equal(w[0].call.outcome, ERR_NONE);
	assert_int_equal(w[0].runs, 1);
	assert_int_equal(scratch_number(s, ORGANISATIONS), 1);
	free_writers(w, 1);
}

/* What processes tell each other. */
struct board {
	_Atomic int turns;   /* the child's writes so far */
	_Atomic bool ready;  /* the parent is, for the child's write */
	_Atomic bool inside; /* the child's fn has begun */
};

static struct board *
new_board(void)
{
	void *board = mmap(NULL, sizeof(struct board), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	assert_ptr_not_equal(board, MAP_FAILED);
	return memset(board, 0, sizeof(struct board));
}

#define TURNS 50

static enum err
insert_in_turn(struct txn *t, void *arg)
{
	struct board *board = arg;

	atomic_fetch_add(&board->turns, 1);
	return scratch_exec(t,
	    "INSERT INTO organisation (id, name, created_at)"
	    "SELECT count(*), 'child', 0 FROM organisation");
}

static int
write_in_turn(struct scratch *s, struct board *board)
{
	int i;

	if (scratch_try_open(s, 30000) != ERR_NONE)
		return 2;
	atomic_store(&board->ready, true);
	for (i = 0; i < TURNS; i++) {
		if (scratch_run(s, TXN_WRITE, insert_in_turn, board) !=
		    ERR_NONE)
			return 3;
	}
	return 0;
}

static void
whoever_wrote_cannot_pass_the_process_that_waits(void **state)
{
	struct scratch *s = *state;
	struct board *board = new_board();
	struct lock turn, other;
	struct failure f;
	pid_t pid;
	int before;

	scratch_open(s); /* makes the schema */
	scratch_close(s);
	hold_turn(s, &turn);
	open_lock(s, &other);
	pid = fork();
	if (pid == 0) {
		lock_close(&turn);
		lock_close(&other);
		_exit(write_in_turn(s, board));
	}
	/* Opening takes a turn, too. */
	WAIT_UNTIL(somebody_waits(&other));
	lock_release(&turn);
	WAIT_UNTIL(atomic_load(&board->ready));
	assert_int_equal(lock_take(&turn, 30000, &f), ERR_NONE);
	while ((before = atomic_load(&board->turns)) < TURNS) {
		WAIT_UNTIL(somebody_waits(&other));
		lock_release(&turn);
		assert_int_equal(lock_take(&turn, 30000, &f), ERR_NONE);
		assert_true(atomic_load(&board->turns) > before);
	}
	lock_close(&other);
	lock_close(&turn);
	assert_int_equal(scratch_wait(pid), 0);
	scratch_open(s);
	assert_int_equal(scratch_number(s, ORGANISATIONS), TURNS);
	munmap(board, sizeof(*board));
}

static enum err
insert_and_hang(struct txn *t, void *arg)
{
	struct board *board = arg;
	enum err err = insert_raw(t, NULL);

	atomic_store(&board->inside, true);
	while (err == ERR_NONE)
		pause();
	return err;
}

/* A child that opens the store when it may, and dies inside a write. */
static pid_t
fork_hanging_writer(struct scratch *s, struct board *board)
{
	pid_t pid = fork();

	if (pid != 0)
		return pid;
	WAIT_UNTIL(atomic_load(&board->ready));
	if (scratch_try_open(s, 30000) == ERR_NONE)
		scratch_run(s, TXN_WRITE, insert_and_hang, board);
	_exit(1);
}

static void
a_killed_writer_s_changes_are_gone(void **state)
{
	struct scratch *s = *state;
	struct board *board = new_board();
	pid_t pid = fork_hanging_writer(s, board);

	atomic_store(&board->ready, true);
	WAIT_UNTIL(atomic_load(&board->inside));
	kill(pid, SIGKILL);
	assert_int_equal(scratch_wait(pid), -SIGKILL);
	scratch_open(s);
	assert_int_equal(scratch_number(s, ORGANISATIONS), 0);
	assert_int_equal(write_one(s, "survivor"), ERR_NONE);
	assert_int_equal(scratch_number(s, ORGANISATIONS), 1);
	scratch_assert_text(s, "PRAGMA integrity_check", "ok");
	munmap(board, sizeof(*board));
}

static void
a_killed_writer_s_turn_goes_to_the_one_that_waits(void **state)
{
	struct scratch *s = *state;
	struct board *board = new_board();
	pid_t pid = fork_hanging_writer(s, board);
	struct lock other;
	struct writer w;

	scratch_open(s);
	open_lock(s, &other);
	atomic_store(&board->ready, true);
	WAIT_UNTIL(atomic_load(&board->inside));
	prepare(&w, s, "next");
	start(&w);
	WAIT_UNTIL(somebody_waits(&other));
	assert_int_equal(w.runs, 0);
	kill(pid, SIGKILL);
	assert_int_equal(scratch_wait(pid), -SIGKILL);
	assert_int_equal(finish(&w), ERR_NONE);
	scratch_assert_text(
	    s, "SELECT group_concat(name) FROM organisation", "next");
	lock_close(&other);
	arena_free(w.arena);
	munmap(board, sizeof(*board));
}

/*
 * Opening.
 */

static int
open_and_write(struct scratch *s, struct board *board)
{
	struct store_options options = {
		.dir = s->dir,
		.synchronous_full = true,
		.lock_ms = 30000,
	};
	bool fresh;

	WAIT_UNTIL(atomic_load(&board->ready));
	if (store_open(&options, &s->store, &fresh, &s->failure) != ERR_NONE)
		return 2;
	if (fresh)
		atomic_fetch_add(&board->turns, 1);
	if (write_one(s, "child") != ERR_NONE)
		return 3;
	scratch_close(s);
	return 0;
}

static void
eight_processes_may_open_an_empty_directory_at_once(void **state)
{
	struct scratch *s = *state;
	struct board *board = new_board();
	pid_t pid[8];
	size_t i;

	for (i = 0; i < COUNT(pid); i++) {
		pid[i] = fork();
		if (pid[i] == 0)
			_exit(open_and_write(s, board));
	}
	atomic_store(&board->ready, true);
	for (i = 0; i < COUNT(pid); i++)
		assert_int_equal(scratch_wait(pid[i]), 0);
	assert_int_equal(atomic_load(&board->turns), 1); /* one made it */
	scratch_open(s);
	assert_int_equal(scratch_number(s, ORGANISATIONS), COUNT(pid));
	assert_int_equal(
	    scratch_number(s, "SELECT count(*) FROM installation"), 1);
	scratch_assert_text(s, "PRAGMA integrity_check", "ok");
	munmap(board, sizeof(*board));
}

static void
set_version(struct scratch *s, const char *pragma)
{
	char path[PATH_MAX + 64];
	sqlite3 *db;

	snprintf(path, sizeof(path), "%s/promptledger.db", s->dir);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, pragma, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
}

static void
a_database_of_a_newer_version_is_refused(void **state)
{
	struct scratch *s = *state;
	char back[64];

	assert_int_equal(write_one(s, "kept"), ERR_NONE);
	snprintf(back, sizeof(back), "PRAGMA user_version = %d",
	    (int)scratch_number(s, "PRAGMA user_version"));
	scratch_close(s);
	set_version(s, "PRAGMA user_version = 9999");
	assert_int_equal(scratch_try_open(s, 30000), ERR_IO);
	assert_non_null(strstr(s->failure.detail, "newer"));
	assert_null(s->store);
	set_version(s, back);
	scratch_open(s);
	scratch_assert_text(s, "SELECT name FROM organisation", "kept");
}

static void
a_file_that_is_no_database_is_refused_and_kept(void **state)
{
	struct scratch *s = *state;
	static const char text[] = "Dear diary, this is no database. ";
	char path[PATH_MAX + 64], kept[sizeof(text)];
	FILE *file;
	int i;

	scratch_close(s);
	snprintf(path, sizeof(path), "%s/promptledger.db", s->dir);
	file = fopen(path, "w");
	assert_non_null(file);
	for (i = 0; i < 100; i++)
		fputs(text, file);
	fclose(file);
	assert_int_equal(scratch_try_open(s, 30000), ERR_IO);
	file = fopen(path, "r");
	assert_non_null(file);
	assert_non_null(fgets(kept, sizeof(kept), file));
	assert_string_equal(kept, text);
	fclose(file);
}

static void
what_is_made_is_for_its_owner_only(void **state)
{
	static const char *const names[] = { "", "/promptledger.db",
		"/promptledger.db-wal", "/promptledger.db-shm",
		"/promptledger.lock" };
	struct scratch *s = *state;
	char path[PATH_MAX + 64];
	struct stat st;
	size_t i;

	assert_int_equal(write_one(s, "row"), ERR_NONE);
	for (i = 0; i < COUNT(names); i++) {
		snprintf(path, sizeof(path), "%s%s", s->dir, names[i]);
		assert_int_equal(stat(path, &st), 0);
		assert_int_equal(st.st_mode & 0777, i == 0 ? 0700 : 0600);
	}
}

static enum err
read_synchronous(struct txn *t, void *question)
{
	struct scratch_question *q = question;

	q->sql = "PRAGMA synchronous";
	return scratch_ask(t, q);
}

static void
writes_are_synchronous_as_the_options_say(void **state)
{
	struct scratch *s = *state;
	struct store_options options = { .dir = s->dir, .lock_ms = 30000 };
	struct scratch_question q;
	bool fresh;

	assert_int_equal(
	    scratch_run(s, TXN_WRITE, read_synchronous, &q), ERR_NONE);
	assert_int_equal(q.number, 2); /* FULL */
	scratch_close(s);
	assert_int_equal(
	    store_open(&options, &s->store, &fresh, &s->failure), ERR_NONE);
	assert_false(fresh);
	assert_int_equal(
	    scratch_run(s, TXN_WRITE, read_synchronous, &q), ERR_NONE);
	assert_int_equal(q.number, 1); /* NORMAL */
}

static bool
wal_is_there(struct scratch *s)
{
	char path[PATH_MAX + 64];

	snprintf(path, sizeof(path), "%s/promptledger.db-wal", s->dir);
	return access(path, F_OK) == 0;
}

static void
the_wal_stays_for_the_next_process_when_asked_for(void **state)
{
	struct scratch *s = *state;
	struct store_options options = {
		.dir = s->dir, .lock_ms = 30000, .is_brief = true
	};
	bool fresh;

	assert_int_equal(write_one(s, "first"), ERR_NONE);
	scratch_close(s);
	assert_false(wal_is_there(s));
	assert_int_equal(
	    store_open(&options, &s->store, &fresh, &s->failure), ERR_NONE);
	assert_int_equal(write_one(s, "second"), ERR_NONE);
	scratch_close(s);
	assert_true(wal_is_there(s));
	scratch_open(s);
	assert_int_equal(scratch_number(s, ORGANISATIONS), 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(writers_that_wait_together_share_one_commit),
		scratch_test(
		    writers_that_arrive_while_a_group_runs_share_commits),
		scratch_test(
		    a_write_submitted_to_an_idle_writer_is_settled_at_once),
		scratch_test(
		    submitted_writes_hold_no_thread_and_are_settled_once_in_order),
		scratch_test(when_commit_fails_every_submitted_write_is_told),
		scratch_test(whoever_led_one_group_leads_no_other),
		scratch_test(upkeep_gives_way_to_a_write_and_never_waits),
		scratch_test(upkeep_knows_that_a_write_waits_for_its_end),
		scratch_test(a_group_ends_when_a_member_took_too_long),
		scratch_test(a_group_ends_when_it_has_256_members),
		scratch_test(many_threads_write_at_once_and_all_is_committed),
		scratch_test(a_member_sees_what_members_before_it_did),
		scratch_test(
		    a_failing_member_leaves_nothing_and_disturbs_no_other),
		scratch_test(
		    each_member_stands_in_the_audit_log_under_its_own_name),
		scratch_test(two_runs_of_one_call_draw_the_same_ids),
		scratch_test(ids_differ_within_a_call_and_between_calls),
		scratch_test(an_action_s_name_ends_with_its_member),
		scratch_dir_test(a_write_without_an_actor_is_refused),
		scratch_test(the_triggers_refuse_a_write_without_an_actor),
		scratch_test(a_stray_shell_cannot_change_user_data),
		scratch_test(a_read_does_not_see_what_is_written_meanwhile),
		scratch_test(a_read_cannot_write),
		scratch_dir_test(
		    a_write_statement_in_a_read_is_a_bug_that_stops_the_program),
		scratch_test(a_read_returns_what_its_function_returns),
		scratch_test(
		    when_commit_fails_every_member_is_told_and_nothing_stays),
		scratch_dir_test(
		    a_full_disk_is_told_and_the_store_works_once_there_is_room),
		scratch_test(
		    a_write_whose_turn_does_not_come_is_refused_and_changes_nothing),
		scratch_test(
		    a_late_comer_does_not_begin_its_wait_anew_as_leader),
		scratch_test(
		    a_member_that_loses_the_transaction_fails_those_before_it_only),
		scratch_test(
		    a_member_that_cannot_be_undone_takes_the_group_with_it),
		scratch_test(
		    a_foreign_writer_of_the_database_is_waited_for_as_long_as_set),
		scratch_test(
		    a_group_that_began_late_runs_its_first_member_all_the_same),
		scratch_dir_test(
		    whoever_wrote_cannot_pass_the_process_that_waits),
		scratch_dir_test(a_killed_writer_s_changes_are_gone),
		scratch_dir_test(
		    a_killed_writer_s_turn_goes_to_the_one_that_waits),
		scratch_dir_test(
		    eight_processes_may_open_an_empty_directory_at_once),
		scratch_test(a_database_of_a_newer_version_is_refused),
		scratch_test(a_file_that_is_no_database_is_refused_and_kept),
		scratch_test(what_is_made_is_for_its_owner_only),
		scratch_test(writes_are_synchronous_as_the_options_say),
		scratch_test(the_wal_stays_for_the_next_process_when_asked_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
