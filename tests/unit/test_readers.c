/* SPDX-License-Identifier: MIT */
/*
 * The connections on which transactions read: how many there are, and who
 * waits for one.
 */
#include "scratch.h"

#include <pthread.h>
#include <stdatomic.h>

#define READERS_USUAL 6 /* as in store.c */
#define READS 12

struct reading {
	struct scratch *scratch;
	pthread_t thread;
	struct arena *arena;
	struct failure failure;
	struct txn_call call;
	enum err err;
	_Atomic bool inside;
	_Atomic bool *go; /* NULL: it need not wait */
};

static enum err
read_until_go(struct txn *t, void *reading)
{
	struct reading *r = reading;

	(void)t;
	atomic_store(&r->inside, true);
	if (r->go != NULL)
		WAIT_UNTIL(atomic_load(r->go));
	return ERR_NONE;
}

static void *
run_reading(void *reading)
{
	struct reading *r = reading;

	r->err =
	    txn_run(r->scratch->store, TXN_READ, read_until_go, r, &r->call);
	return NULL;
}

static void
start(struct reading *r, struct scratch *s, _Atomic bool *go)
{
	memset(r, 0, sizeof(*r));
	r->scratch = s;
	r->go = go;
	r->arena = arena_new();
	txn_call_init(&r->call, r->arena, &r->failure);
	assert_int_equal(pthread_create(&r->thread, NULL, run_reading, r), 0);
}

static void
finish(struct reading *r)
{
	pthread_join(r->thread, NULL);
	arena_free(r->arena);
	assert_int_equal(r->err, ERR_NONE);
}

static size_t
count_idle(const struct store *s)
{
	const struct reader *r;
	size_t count = 0;

	for (r = s->idle_readers; r != NULL; r = r->next)
		count++;
	return count;
}

static void
read_once(struct scratch *s)
{
	struct reading r;

	start(&r, s, NULL);
	finish(&r);
}

/* Long reads hold up none of the others; the connections that they need stay
 * for a while and then are no more than usual. */
static void
more_reads_than_usual_have_a_connection_each_for_a_while(void **state)
{
	struct scratch *s = *state;
	struct reading readings[READS];
	_Atomic bool go = false;
	size_t i;

	for (i = 0; i < READS; i++) {
		start(&readings[i], s, &go);
		WAIT_UNTIL(atomic_load(&readings[i].inside));
	}
	assert_int_equal(s->store->readers, READS);
	atomic_store(&go, true);
	for (i = 0; i < READS; i++)
		finish(&readings[i]);
	read_once(s);
	assert_int_equal(count_idle(s->store), READS);
	s->store->crowded_us -= 3600 * INT64_C(1000000);
	for (i = 0; i < READS; i++)
		read_once(s);
	assert_int_equal(s->store->readers, READERS_USUAL);
	assert_int_equal(s->store->readers_lent, 0);
	assert_int_equal(count_idle(s->store), READERS_USUAL);
}

static void
a_read_after_another_takes_its_connection(void **state)
{
	struct scratch *s = *state;
	size_t i;

	for (i = 0; i < READS; i++)
		read_once(s);
	assert_int_equal(s->store->readers, 1);
	assert_int_equal(count_idle(s->store), 1);
}

static bool
somebody_waits(struct store *s)
{
	size_t waiters;

	pthread_mutex_lock(&s->mutex);
	waiters = s->reader_waiters;
	pthread_mutex_unlock(&s->mutex);
	return waiters > 0;
}

/* Whether the wait or the read ends first, the read that waited is made. */
static void
who_waits_for_a_connection_is_served(void **state)
{
	struct scratch *s = *state;
	struct reading readings[READERS_USUAL], late;
	_Atomic bool go = false;
	size_t i;

	for (i = 0; i < READERS_USUAL; i++) {
		start(&readings[i], s, &go);
		WAIT_UNTIL(atomic_load(&readings[i].inside));
	}
	start(&late, s, NULL);
	WAIT_UNTIL(somebody_waits(s->store) || atomic_load(&late.inside));
	atomic_store(&go, true);
	finish(&late);
	for (i = 0; i < READERS_USUAL; i++)
		finish(&readings[i]);
	assert_int_equal(s->store->readers, READERS_USUAL);
	assert_int_equal(s->store->reader_waiters, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(
		    more_reads_than_usual_have_a_connection_each_for_a_while),
		scratch_test(a_read_after_another_takes_its_connection),
		scratch_test(who_waits_for_a_connection_is_served),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
