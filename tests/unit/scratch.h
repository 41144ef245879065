/* SPDX-License-Identifier: MIT */
/*
 * scratch: a data directory of its own for every test that needs a store,
 * real files with real fsync, removed afterwards; and raw SQL for what no
 * domain function does.
 */
#ifndef TESTS_SCRATCH_H
#define TESTS_SCRATCH_H

#include "base/arena.h"
#include "base/clock.h"
#include "store/store_private.h"
#include "store/txn_private.h"

#include <ftw.h>
#include <limits.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Far more than anything takes: only a hang lasts as long. */
#define PATIENCE_US INT64_C(60000000)

struct scratch {
	char top[PATH_MAX];     /* mkdtemp's */
	char dir[PATH_MAX + 8]; /* the data directory in it */
	struct store *store;    /* NULL until scratch_open */
	struct arena *arena;
	struct failure failure;
	struct txn_call call;
};

/* Ask again until it is so. */
#define WAIT_UNTIL(condition)                                               \
	do {                                                                \
		int64_t patient_us = clock_steady_us() + PATIENCE_US;       \
		while (!(condition)) {                                      \
			if (clock_steady_us() > patient_us) {               \
				fputs("gave up: " #condition "\n", stderr); \
				abort();                                    \
			}                                                   \
			sched_yield();                                      \
		}                                                           \
	} while (0)

static inline struct txn_actor
scratch_actor(const char *id)
{
	return (struct txn_actor){
		.id = id,
		.kind = "user",
		.request_id = "request",
		.family = "test",
	};
}

static inline enum err
scratch_try_open(struct scratch *s, int64_t lock_ms)
{
	struct store_options options = {
		.dir = s->dir,
		.synchronous_full = true,
		.lock_ms = lock_ms,
	};
	bool fresh;

	return store_open(&options, &s->store, &fresh, &s->failure);
}

static inline void
scratch_open(struct scratch *s)
{
	assert_int_equal(scratch_try_open(s, 30000), ERR_NONE);
}

static inline void
scratch_close(struct scratch *s)
{
	store_close(s->store);
	s->store = NULL;
}

/* A fixture without an open store, for tests that fork first. */
static inline int
scratch_setup_dir(void **state)
{
	const char *tmp = getenv("TMPDIR");
	struct scratch *s = calloc(1, sizeof(*s));

	snprintf(s->top, sizeof(s->top), "%s/promptledger-XXXXXX",
	    tmp == NULL ? "/tmp" : tmp);
	if (mkdtemp(s->top) == NULL)
		return -1;
	snprintf(s->dir, sizeof(s->dir), "%s/data", s->top);
	s->arena = arena_new();
	txn_call_init(&s->call, s->arena, &s->failure);
	s->call.actor = scratch_actor("tester");
	*state = s;
	return 0;
}

static inline int
scratch_setup(void **state)
{
	if (scratch_setup_dir(state) != 0)
		return -1;
	scratch_open(*state);
	return 0;
}

static inline int
scratch_remove(
    const char *path, const struct stat *st, int type, struct FTW *where)
{
	(void)st;
	(void)type;
	(void)where;
	return remove(path);
}

static inline int
scratch_teardown(void **state)
{
	struct scratch *s = *state;

	scratch_close(s);
	arena_free(s->arena);
	nftw(s->top, scratch_remove, 16, FTW_DEPTH | FTW_PHYS);
	free(s);
	return 0;
}

#define scratch_test(f) \
	cmocka_unit_test_setup_teardown(f, scratch_setup, scratch_teardown)
#define scratch_dir_test(f) \
	cmocka_unit_test_setup_teardown(f, scratch_setup_dir, scratch_teardown)

/* Run fn as the tester, with time and seed of its own. */
static inline enum err
scratch_run(struct scratch *s, enum txn_mode mode, txn_fn *fn, void *arg)
{
	struct txn_actor actor = s->call.actor;
	int64_t now_ms = s->call.now_ms;

	txn_call_init(&s->call, s->arena, &s->failure);
	s->call.actor = actor;
	s->call.now_ms = now_ms;
	return txn_run(s->store, mode, fn, arg, &s->call);
}

/* Raw SQL inside a transaction. */
static inline enum err
scratch_exec(struct txn *t, const char *sql)
{
	return connection_exec(t->connection, sql, t->call->failure);
}

static inline enum err
scratch_run_sql(struct txn *t, void *sql)
{
	return scratch_exec(t, sql);
}

static inline void
scratch_write(struct scratch *s, const char *sql)
{
	assert_int_equal(scratch_run(s, TXN_WRITE, scratch_run_sql,
			     arena_text(s->arena, sql)),
	    ERR_NONE);
}

struct scratch_question {
	const char *sql;
	int64_t number;
	char text[4096];
};

/* The first column of the first row; -1 and "" when there is none. */
static inline enum err
scratch_ask(struct txn *t, void *question)
{
	struct scratch_question *q = question;
	const unsigned char *text;
	sqlite3_stmt *st;

	q->number = -1;
	q->text[0] = '\0';
	if (sqlite3_prepare_v2(t->connection->db, q->sql, -1, &st, NULL) !=
	    SQLITE_OK)
		return connection_fail(t->connection, t->call->failure);
	if (sqlite3_step(st) == SQLITE_ROW) {
		q->number = sqlite3_column_int64(st, 0);
		text = sqlite3_column_text(st, 0);
		snprintf(q->text, sizeof(q->text), "%s",
		    text == NULL ? "" : (const char *)text);
	}
	return sqlite3_finalize(st) == SQLITE_OK
	    ? ERR_NONE
	    : connection_fail(t->connection, t->call->failure);
}

static inline int64_t
scratch_number(struct scratch *s, const char *sql)
{
	struct scratch_question q = { .sql = sql };

	assert_int_equal(scratch_run(s, TXN_READ, scratch_ask, &q), ERR_NONE);
	return q.number;
}

static inline void
scratch_assert_text(struct scratch *s, const char *sql, const char *expected)
{
	struct scratch_question q = { .sql = sql };

	assert_int_equal(scratch_run(s, TXN_READ, scratch_ask, &q), ERR_NONE);
	assert_string_equal(q.text, expected);
}

/* How a child process ended: its exit status, or -signal. */
static inline int
scratch_wait(pid_t pid)
{
	int status;

	if (waitpid(pid, &status, 0) != pid)
		return INT_MIN;
	return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

#endif
