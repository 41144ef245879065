/* SPDX-License-Identifier: MIT */
/*
 * How requests begin: what a worker is given, what is waited for, and what is
 * turned away.
 */
#include "http/porch.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#define COUNT(table) (sizeof(table) / sizeof(*(table)))

#define BEGIN "\1\1\0\1\0\10\0\0\0\1\0\0\0\0\0\0"
#define END_OF_PARAMS "\1\4\0\1\0\0\0\0"
#define ONE_PARAM "\1\4\0\1\0\4\0\0\1\1AB"

#define ROW(bytes, head)                                   \
	{                                                  \
		__LINE__, (bytes), sizeof(bytes) - 1, head \
	}

static const struct {
	int line;
	const char *bytes;
	size_t len;
	enum porch_head head;
} heads[] = {
	ROW("", PORCH_PART),
	ROW("\1", PORCH_PART),
	ROW("\1\1\0\1\0\10\0", PORCH_PART),
	ROW(BEGIN, PORCH_PART),
	ROW(BEGIN END_OF_PARAMS, PORCH_WHOLE),
	ROW(BEGIN ONE_PARAM, PORCH_PART),
	ROW(BEGIN ONE_PARAM "\1\4\0\1\0\0\0", PORCH_PART),
	ROW(BEGIN ONE_PARAM END_OF_PARAMS, PORCH_WHOLE),
	ROW(BEGIN ONE_PARAM END_OF_PARAMS "\1\5", PORCH_WHOLE),
	/* A pair in two records, lengths of four bytes, padding, none at all. */
	ROW(BEGIN "\1\4\0\1\0\1\0\0\1\1\4\0\1\0\3\0\0\1AB" END_OF_PARAMS,
	    PORCH_WHOLE),
	ROW(BEGIN "\1\4\0\1\0\6\0\0\1\200\0\0\0A" END_OF_PARAMS, PORCH_WHOLE),
	ROW(BEGIN "\1\4\0\1\0\7\2\0\200\0\0\1\1AB??" END_OF_PARAMS,
	    PORCH_WHOLE),
	ROW(BEGIN "\1\4\0\1\0\2\0\0\0\0" END_OF_PARAMS, PORCH_WHOLE),
	/* A question about the program, before the request and in it. */
	ROW("\1\11\0\0\0\0\0\0", PORCH_PART),
	ROW("\1\11\0\0\0\0\0\0" BEGIN "\1\11\0\0\0\2\0\0\0\0" END_OF_PARAMS,
	    PORCH_WHOLE),
	/* Lengths past the end, by one and by all that they can say. */
	ROW(BEGIN "\1\4\0\1\0\4\0\0\1\2AB" END_OF_PARAMS, PORCH_BROKEN),
	ROW(BEGIN "\1\4\0\1\0\1\0\0\1" END_OF_PARAMS, PORCH_BROKEN),
	ROW(BEGIN
	    "\1\4\0\1\0\12\0\0\377\377\377\377\377\377\377\377AB" END_OF_PARAMS,
	    PORCH_BROKEN),
	/* Versions, roles, sizes, numbers. */
	ROW("G", PORCH_BROKEN),
	ROW("\0\1\0\1\0\10\0\0", PORCH_BROKEN),
	ROW("\2\1\0\1\0\10\0\0", PORCH_BROKEN),
	ROW("\1\1\0\1\0\10\0\0\0\0", PORCH_BROKEN),
	ROW("\1\1\0\1\0\10\0\0\0\2", PORCH_BROKEN),
	ROW("\1\1\0\1\0\10\0\0\377\377", PORCH_BROKEN),
	ROW("\1\1\0\1\0\7\0\0", PORCH_BROKEN),
	ROW("\1\1\0\1\0\11\0\0", PORCH_BROKEN),
	ROW("\1\1\0\0\0\10\0\0", PORCH_BROKEN),
	ROW(BEGIN "\1\4\0\2\0\0\0\0", PORCH_BROKEN),
	/* What comes too early, twice, or never does. */
	ROW("\1\4\0\1\0\0\0\0", PORCH_BROKEN),
	ROW("\1\5\0\1\0\0\0\0", PORCH_BROKEN),
	ROW("\1\2\0\1\0\0\0\0", PORCH_BROKEN),
	ROW(BEGIN BEGIN, PORCH_BROKEN),
	ROW(BEGIN "\1\5\0\1\0\0\0\0", PORCH_BROKEN),
	ROW(BEGIN "\1\2\0\1\0\0\0\0", PORCH_BROKEN),
	ROW(BEGIN "\1\143\0\1\0\0\0\0", PORCH_BROKEN),
	ROW("\1\143\0\0\0\0\0\0", PORCH_BROKEN),
};

static void
heads_are_whole_partial_or_broken(void **state)
{
	unsigned char *copy;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(heads); i++) {
		/* As long as it is, so that a look past its end is seen. */
		copy = malloc(heads[i].len);
		memcpy(copy, heads[i].bytes, heads[i].len);
		if (porch_read_head(copy, heads[i].len) != heads[i].head)
			fail_msg("line %d", heads[i].line);
		free(copy);
	}
}

static void
every_beginning_of_a_head_is_partial(void **state)
{
	static const char whole[] = BEGIN ONE_PARAM END_OF_PARAMS;
	size_t len;

	(void)state;
	for (len = 0; len < sizeof(whole) - 1; len++)
		assert_int_equal(
		    porch_read_head((const unsigned char *)whole, len),
		    PORCH_PART);
}

/*
 * Real sockets.
 */

struct place {
	char dir[32];
	struct sockaddr_un address;
	int listening;
	struct porch *porch;
};

static int
open_place(void **state)
{
	struct place *p = calloc(1, sizeof(*p));

	strcpy(p->dir, "/tmp/promptledger-XXXXXX");
	if (mkdtemp(p->dir) == NULL)
		return -1;
	p->address.sun_family = AF_UNIX;
	snprintf(
	    p->address.sun_path, sizeof(p->address.sun_path), "%s/s", p->dir);
	p->listening = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
	if (bind(p->listening, (struct sockaddr *)&p->address,
		sizeof(p->address)) != 0 ||
	    listen(p->listening, 64) != 0)
		return -1;
	p->porch = porch_new(p->listening);
	*state = p;
	return p->porch == NULL;
}

static int
close_place(void **state)
{
	struct place *p = *state;

	porch_free(p->porch);
	close(p->listening);
	unlink(p->address.sun_path);
	rmdir(p->dir);
	free(p);
	return 0;
}

static int
call(const struct place *p)
{
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	assert_int_equal(connect(fd, (const struct sockaddr *)&p->address,
			     sizeof(p->address)),
	    0);
	return fd;
}

static void
say(int fd, const char *bytes, size_t len)
{
	assert_int_equal(send(fd, bytes, len, MSG_NOSIGNAL), (ssize_t)len);
}

#define SAY(fd, bytes) say(fd, bytes, sizeof(bytes) - 1)

/* The porch's descriptor says so when there is something to take. */
static bool
is_ready(const struct place *p)
{
	struct pollfd ready = { .fd = porch_fd(p->porch), .events = POLLIN };

	return poll(&ready, 1, 0) == 1;
}

static bool
has_been_closed(int fd)
{
	char byte;

	return recv(fd, &byte, 1, MSG_DONTWAIT) == 0;
}

static void
a_whole_head_comes_in_at_once(void **state)
{
	struct place *p = *state;
	char bytes[64];
	int peer = call(p), fd;

	SAY(peer, BEGIN ONE_PARAM END_OF_PARAMS "rest");
	fd = porch_accept(p->porch);
	assert_true(fd >= 0);
	assert_int_equal(porch_count(p->porch), 0);
	/* Nothing of it has been read. */
	assert_int_equal(recv(fd, bytes, sizeof(bytes), 0),
	    sizeof(BEGIN ONE_PARAM END_OF_PARAMS "rest") - 1);
	assert_int_equal(porch_accept(p->porch), -EAGAIN);
	close(fd);
	close(peer);
}

static void
who_says_nothing_waits_until_he_has_said_all(void **state)
{
	struct place *p = *state;
	int peer = call(p), fd;

	assert_int_equal(porch_accept(p->porch), -EAGAIN);
	assert_int_equal(porch_count(p->porch), 1);
	assert_false(is_ready(p));
	SAY(peer, BEGIN ONE_PARAM);
	assert_true(is_ready(p));
	assert_int_equal(porch_take(p->porch), -EAGAIN);
	/* What was looked at is not looked at again before there is more. */
	assert_false(is_ready(p));
	SAY(peer, END_OF_PARAMS);
	assert_true(is_ready(p));
	fd = porch_take(p->porch);
	assert_true(fd >= 0);
	assert_int_equal(porch_count(p->porch), 0);
	close(fd);
	close(peer);
}

static void
who_leaves_or_talks_nonsense_is_turned_away(void **state)
{
	struct place *p = *state;
	int leaver = call(p), fool = call(p), half = call(p);

	assert_int_equal(porch_accept(p->porch), -EAGAIN);
	assert_int_equal(porch_accept(p->porch), -EAGAIN);
	assert_int_equal(porch_accept(p->porch), -EAGAIN);
	assert_int_equal(porch_count(p->porch), 3);
	close(leaver);
	SAY(fool, "GET / HTTP/1.1\r\n\r\n");
	SAY(half, BEGIN);
	shutdown(half, SHUT_WR);
	assert_int_equal(porch_take(p->porch), -EAGAIN);
	assert_int_equal(porch_count(p->porch), 0);
	assert_true(has_been_closed(fool));
	assert_true(has_been_closed(half));
	close(fool);
	close(half);
}

static void
a_head_without_end_is_turned_away(void **state)
{
	static const char record[] = "\1\4\0\1\3\350\0\0";
	struct place *p = *state;
	char bytes[1008] = { 0 };
	int peer = call(p);
	size_t sent;

	SAY(peer, BEGIN);
	memcpy(bytes, record, 8);
	for (sent = 0; sent < PORCH_HEAD_MAX; sent += sizeof(bytes))
		say(peer, bytes, sizeof(bytes));
	assert_int_equal(porch_accept(p->porch), -EAGAIN);
	assert_int_equal(porch_count(p->porch), 0);
	close(peer);
}

/* There are as many places as half of the descriptors. */
static void
the_first_to_come_goes_when_there_is_no_place(void **state)
{
	struct rlimit before, few = { .rlim_cur = 64 };
	struct place *p = *state;
	struct porch *small;
	int peers[33];
	size_t i;

	getrlimit(RLIMIT_NOFILE, &before);
	few.rlim_max = before.rlim_max;
	setrlimit(RLIMIT_NOFILE, &few);
	small = porch_new(p->listening);
	setrlimit(RLIMIT_NOFILE, &before);
	for (i = 0; i < COUNT(peers); i++) {
		peers[i] = call(p);
		assert_int_equal(porch_accept(small), -EAGAIN);
	}
	assert_int_equal(porch_count(small), 32);
	assert_true(has_been_closed(peers[0]));
	assert_false(has_been_closed(peers[1]));
	porch_free(small);
	for (i = 0; i < COUNT(peers); i++)
		close(peers[i]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(heads_are_whole_partial_or_broken),
		cmocka_unit_test(every_beginning_of_a_head_is_partial),
		cmocka_unit_test_setup_teardown(
		    a_whole_head_comes_in_at_once, open_place, close_place),
		cmocka_unit_test_setup_teardown(
		    who_says_nothing_waits_until_he_has_said_all, open_place,
		    close_place),
		cmocka_unit_test_setup_teardown(
		    who_leaves_or_talks_nonsense_is_turned_away, open_place,
		    close_place),
		cmocka_unit_test_setup_teardown(
		    a_head_without_end_is_turned_away, open_place, close_place),
		cmocka_unit_test_setup_teardown(
		    the_first_to_come_goes_when_there_is_no_place, open_place,
		    close_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
