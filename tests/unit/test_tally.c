/* SPDX-License-Identifier: MIT */
#include "base/tally.h"

#include "scratch.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/stat.h>

#define LAYOUT UINT64_C(0x0123456789abcdef)
#define NUMBERS 5
#define THREADS 4
#define TIMES 20000

static struct tally *
open_tally(struct scratch *s, uint64_t layout)
{
	struct tally *t;

	assert_int_equal(
	    tally_open(s->top, "metrics", layout, NUMBERS, &t, &s->failure),
	    ERR_NONE);
	return t;
}

static bool
has_file(const struct scratch *s, const char *name, struct stat *st)
{
	char path[PATH_MAX + 64];

	snprintf(path, sizeof(path), "%s/%s", s->top, name);
	return stat(path, st) == 0;
}

static void
numbers_outlive_who_counted_them(void **state)
{
	struct tally *t = open_tally(*state, LAYOUT);

	assert_int_equal(tally_get(t, 4), 0);
	tally_add(t, 4, 3);
	tally_add(t, 4, UINT64_C(1) << 40);
	tally_close(t);
	t = open_tally(*state, LAYOUT);
	assert_int_equal(tally_get(t, 4), (UINT64_C(1) << 40) + 3);
	assert_int_equal(tally_get(t, 3), 0);
	tally_close(t);
}

static void *
count(void *tally)
{
	int i;

	for (i = 0; i < TIMES; i++)
		tally_add(tally, 1, 1);
	return NULL;
}

static void
threads_and_processes_count_together(void **state)
{
	struct tally *t = open_tally(*state, LAYOUT);
	pthread_t threads[THREADS];
	pid_t child = fork();
	int i, status;

	assert_true(child >= 0);
	if (child == 0) {
		struct tally *own = open_tally(*state, LAYOUT);

		count(own);
		_exit(0);
	}
	for (i = 0; i < THREADS; i++)
		assert_int_equal(
		    pthread_create(&threads[i], NULL, count, t), 0);
	for (i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	assert_int_equal(tally_get(t, 1), (THREADS + 1) * TIMES);
	tally_close(t);
}

static void
another_layout_begins_a_file_of_its_own(void **state)
{
	struct tally *old = open_tally(*state, LAYOUT), *new;
	struct stat st;

	tally_add(old, 0, 7);
	assert_true(has_file(*state, "metrics-0123456789abcdef", &st));
	new = open_tally(*state, LAYOUT + 1);
	assert_int_equal(tally_get(new, 0), 0);
	assert_false(has_file(*state, "metrics-0123456789abcdef", &st));
	/* Who still runs counts on, in what only it can see. */
	tally_add(old, 0, 1);
	assert_int_equal(tally_get(old, 0), 8);
	assert_int_equal(tally_get(new, 0), 0);
	tally_close(old);
	tally_close(new);
}

static void
processes_that_live_are_counted(void **state)
{
	struct tally *t = open_tally(*state, LAYOUT);
	pid_t children[3];
	size_t i;

	assert_int_equal(tally_processes(t), 1);
	for (i = 0; i < COUNT(children); i++) {
		if ((children[i] = fork()) == 0) {
			open_tally(*state, LAYOUT);
			for (;;)
				pause();
		}
		assert_true(children[i] > 0);
		WAIT_UNTIL(tally_processes(t) == i + 2);
	}
	/* However they end; the one in the middle leaves its seat. */
	kill(children[1], SIGKILL);
	assert_int_equal(waitpid(children[1], NULL, 0), children[1]);
	assert_int_equal(tally_processes(t), 3);
	kill(children[0], SIGKILL);
	kill(children[2], SIGKILL);
	waitpid(children[0], NULL, 0);
	waitpid(children[2], NULL, 0);
	assert_int_equal(tally_processes(t), 1);
	tally_close(t);
}

static void
a_file_cut_short_is_made_whole(void **state)
{
	struct scratch *s = *state;
	struct tally *t = open_tally(s, LAYOUT);
	char path[PATH_MAX + 64];

	tally_add(t, 0, 7);
	tally_add(t, 4, 7);
	tally_close(t);
	snprintf(path, sizeof(path), "%s/metrics-0123456789abcdef", s->top);
	assert_int_equal(truncate(path, 12), 0);
	t = open_tally(s, LAYOUT);
	assert_int_equal(tally_get(t, 0), 7);
	assert_int_equal(tally_get(t, 4), 0);
	tally_close(t);
}

static void
the_file_is_its_owner_s_alone_and_no_link_is_followed(void **state)
{
	struct scratch *s = *state;
	struct tally *t = open_tally(s, LAYOUT);
	char path[PATH_MAX + 64];
	struct stat st;

	assert_true(has_file(s, "metrics-0123456789abcdef", &st));
	assert_int_equal(st.st_mode & 0777, 0600);
	tally_close(t);
	snprintf(path, sizeof(path), "%s/metrics-0123456789abcdef", s->top);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(symlink("elsewhere", path), 0);
	assert_int_equal(
	    tally_open(s->top, "metrics", LAYOUT, NUMBERS, &t, &s->failure),
	    ERR_IO);
	assert_false(has_file(s, "elsewhere", &st));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_dir_test(numbers_outlive_who_counted_them),
		scratch_dir_test(threads_and_processes_count_together),
		scratch_dir_test(another_layout_begins_a_file_of_its_own),
		scratch_dir_test(processes_that_live_are_counted),
		scratch_dir_test(a_file_cut_short_is_made_whole),
		scratch_dir_test(
		    the_file_is_its_owner_s_alone_and_no_link_is_followed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
