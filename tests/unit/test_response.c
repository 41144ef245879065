/* SPDX-License-Identifier: MIT */
#include "http/response.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

/* Takes what is written until `room` bytes have come. */
struct sink {
	struct buf got;
	size_t room;
};

static bool
write_to_sink(void *to, const char *bytes, size_t len)
{
	struct sink *s = to;

	if (len > s->room)
		return false;
	s->room -= len;
	buf_add(&s->got, bytes, len);
	return true;
}

static const struct {
	int line;
	int status;
	const char *header, *value; /* NULL: none */
	const char *body;
	bool head_only;
	const char *expected;
} cases[] = {
	{ __LINE__, 200, "Content-Type", "application/json", "{}", false,
	    "Status: 200 OK\r\nContent-Type: application/json\r\n"
	    "Content-Length: 2\r\n\r\n{}" },
	{ __LINE__, 200, NULL, NULL, "", false,
	    "Status: 200 OK\r\nContent-Length: 0\r\n\r\n" },
	{ __LINE__, 200, NULL, NULL, "hello", true,
	    "Status: 200 OK\r\nContent-Length: 5\r\n\r\n" },
	{ __LINE__, 204, NULL, NULL, "ignored", false,
	    "Status: 204 No Content\r\n\r\n" },
	{ __LINE__, 304, "ETag", "\"a-1\"", "ignored", false,
	    "Status: 304 Not Modified\r\nETag: \"a-1\"\r\n\r\n" },
	{ __LINE__, 404, NULL, NULL, "x", false,
	    "Status: 404 Not Found\r\nContent-Length: 1\r\n\r\nx" },
	{ __LINE__, 299, NULL, NULL, "x", false,
	    "Status: 299 Unknown\r\nContent-Length: 1\r\n\r\nx" },
	{ __LINE__, 200, "Location", "/a\r\nSet-Cookie: x=1", "x", false,
	    "Status: 500 Internal Server Error\r\n"
	    "Content-Length: 0\r\n\r\n" },
	{ __LINE__, 200, "Location", "/a\nX: y", "x", false,
	    "Status: 500 Internal Server Error\r\n"
	    "Content-Length: 0\r\n\r\n" },
	{ __LINE__, 204, "Location", "\r", "", false,
	    "Status: 500 Internal Server Error\r\n"
	    "Content-Length: 0\r\n\r\n" },
};

static void
an_answer_is_written_as_cgi_wants_it(void **state)
{
	struct response r;
	struct sink sink;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		response_init(&r);
		buf_init(&sink.got, 4096);
		sink.room = 4096;
		r.status = cases[i].status;
		if (cases[i].header != NULL)
			response_header(&r, cases[i].header, cases[i].value);
		buf_text(&r.body, cases[i].body);
		if (!response_write(
			&r, cases[i].head_only, write_to_sink, &sink))
			fail_msg("line %d: not written", cases[i].line);
		if (strcmp(buf_string(&sink.got), cases[i].expected) != 0)
			fail_msg("line %d: %s", cases[i].line,
			    buf_string(&sink.got));
		buf_free(&sink.got);
		response_free(&r);
	}
}

static void
a_body_with_nul_bytes_is_written_whole(void **state)
{
	static const char expected[] =
	    "Status: 200 OK\r\nContent-Length: 3\r\n\r\na\0b";
	struct response r;
	struct sink sink = { .room = 4096 };

	(void)state;
	response_init(&r);
	buf_init(&sink.got, 4096);
	buf_add(&r.body, "a\0b", 3);
	assert_true(response_write(&r, false, write_to_sink, &sink));
	assert_int_equal(sink.got.len, sizeof(expected) - 1);
	assert_memory_equal(sink.got.ptr, expected, sizeof(expected) - 1);
	buf_free(&sink.got);
	response_free(&r);
}

static void
a_peer_that_leaves_at_any_byte_is_noticed(void **state)
{
	struct response r;
	struct sink sink;
	size_t room, whole;

	(void)state;
	response_init(&r);
	response_header(&r, "X", "y");
	buf_text(&r.body, "body");
	buf_init(&sink.got, 4096);
	sink.room = 4096;
	assert_true(response_write(&r, false, write_to_sink, &sink));
	whole = sink.got.len;
	for (room = 0; room <= whole; room++) {
		sink.room = room;
		assert_int_equal(
		    response_write(&r, false, write_to_sink, &sink),
		    room == whole);
	}
	buf_free(&sink.got);
	response_free(&r);
}

static void
a_body_over_its_limit_becomes_a_bare_500(void **state)
{
	struct response r;
	struct sink sink = { .room = 4096 };

	(void)state;
	response_init(&r);
	r.body.max = 3;
	buf_text(&r.body, "four");
	assert_true(buf_failed(&r.body));
	buf_init(&sink.got, 4096);
	assert_true(response_write(&r, false, write_to_sink, &sink));
	assert_non_null(strstr(buf_string(&sink.got), "Status: 500 "));
	buf_free(&sink.got);
	response_free(&r);
}

static void
a_long_body_leaves_in_pieces_without_a_length(void **state)
{
	struct response r;
	struct sink sink = { .room = 4096 };

	(void)state;
	response_init(&r);
	buf_init(&sink.got, 4096);
	response_attach(&r, write_to_sink, &sink);
	response_header(&r, "X", "y");
	buf_text(&r.body, "one ");
	assert_true(response_flush(&r, false));
	assert_true(r.begun);
	assert_int_equal(r.body.len, 0);
	buf_text(&r.body, "two ");
	assert_true(response_flush(&r, false));
	buf_text(&r.body, "three");
	assert_true(response_write(&r, false, write_to_sink, &sink));
	assert_string_equal(buf_string(&sink.got),
	    "Status: 200 OK\r\nX: y\r\n\r\none two three");
	buf_free(&sink.got);
	response_free(&r);
}

static void
without_a_sink_no_piece_leaves(void **state)
{
	struct response r;
	struct sink sink = { .room = 4096 };

	(void)state;
	response_init(&r);
	buf_init(&sink.got, 4096);
	buf_text(&r.body, "one ");
	assert_true(response_flush(&r, false));
	assert_false(r.begun);
	buf_text(&r.body, "two");
	assert_true(response_write(&r, false, write_to_sink, &sink));
	assert_string_equal(buf_string(&sink.got),
	    "Status: 200 OK\r\nContent-Length: 7\r\n\r\none two");
	buf_free(&sink.got);
	response_free(&r);
}

static void
head_gets_the_headers_of_a_long_body_and_ends_it(void **state)
{
	struct response r;
	struct sink sink = { .room = 4096 };

	(void)state;
	response_init(&r);
	buf_init(&sink.got, 4096);
	response_attach(&r, write_to_sink, &sink);
	response_header(&r, "X", "y");
	buf_text(&r.body, "one ");
	assert_false(response_flush(&r, true));
	buf_text(&r.body, "two ");
	assert_false(response_flush(&r, true));
	buf_text(&r.body, "three");
	assert_true(response_write(&r, true, write_to_sink, &sink));
	assert_string_equal(
	    buf_string(&sink.got), "Status: 200 OK\r\nX: y\r\n\r\n");
	buf_free(&sink.got);
	response_free(&r);
}

static void
a_failure_before_the_first_piece_is_still_answered_whole(void **state)
{
	struct response r;
	struct sink sink = { .room = 4096 };

	(void)state;
	response_init(&r);
	buf_init(&sink.got, 4096);
	response_attach(&r, write_to_sink, &sink);
	r.body.max = 3;
	buf_text(&r.body, "four");
	assert_false(response_flush(&r, false));
	assert_false(r.begun);
	assert_int_equal(sink.got.len, 0);
	assert_true(response_write(&r, false, write_to_sink, &sink));
	assert_non_null(strstr(buf_string(&sink.got), "Status: 500 "));
	buf_free(&sink.got);
	response_free(&r);
}

static void
an_answer_that_was_cut_does_not_end_well(void **state)
{
	struct response r;
	struct sink sink = { .room = 4096 };
	size_t sent;

	(void)state;
	response_init(&r);
	buf_init(&sink.got, 4096);
	response_attach(&r, write_to_sink, &sink);
	response_header(&r, "X", "y");
	buf_text(&r.body, "one ");
	assert_true(response_flush(&r, false));
	sent = sink.got.len;
	buf_text(&r.body, "two");
	response_cut(&r);
	assert_false(response_write(&r, false, write_to_sink, &sink));
	assert_int_equal(sink.got.len, sent);
	response_clear(&r);
	assert_false(r.begun || r.cut || r.ended);
	buf_free(&sink.got);
	response_free(&r);
}

static void
a_peer_that_leaves_between_pieces_ends_the_answer(void **state)
{
	struct response r;
	struct sink sink = { .room = 4096 };

	(void)state;
	response_init(&r);
	buf_init(&sink.got, 4096);
	response_attach(&r, write_to_sink, &sink);
	response_header(&r, "X", "y");
	buf_text(&r.body, "one ");
	assert_true(response_flush(&r, false));
	sink.room = 0;
	buf_text(&r.body, "two ");
	assert_false(response_flush(&r, false));
	sink.room = 4096;
	buf_text(&r.body, "three");
	assert_false(response_flush(&r, false));
	assert_non_null(strstr(buf_string(&sink.got), "one "));
	assert_null(strstr(buf_string(&sink.got), "three"));
	buf_free(&sink.got);
	response_free(&r);
}

static void
clearing_forgets_everything(void **state)
{
	struct response r;
	struct sink sink = { .room = 4096 };

	(void)state;
	response_init(&r);
	r.status = 404;
	response_header(&r, "X", "bad\nvalue");
	buf_text(&r.body, "body");
	response_clear(&r);
	buf_init(&sink.got, 4096);
	assert_true(response_write(&r, false, write_to_sink, &sink));
	assert_string_equal(buf_string(&sink.got),
	    "Status: 200 OK\r\nContent-Length: 0\r\n\r\n");
	buf_free(&sink.got);
	response_free(&r);
}

/*
 * Bodies in files.
 */

#define FILE_BYTES 200000

static unsigned char
byte_at(size_t at)
{
	return (unsigned char)(at * 7 + at / 251);
}

static int
make_file(void)
{
	static unsigned char bytes[FILE_BYTES];
	int fd = memfd_create("body", MFD_CLOEXEC);
	size_t i;

	for (i = 0; i < FILE_BYTES; i++)
		bytes[i] = byte_at(i);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, FILE_BYTES), FILE_BYTES);
	return fd;
}

static bool
is_open(int fd)
{
	return lseek(fd, 0, SEEK_CUR) >= 0;
}

/* Write the part of a file; what came is in sink->got. */
static void
write_part(int64_t at, int64_t len, bool head_only, struct sink *sink)
{
	struct response r;
	int fd = make_file();

	buf_init(&sink->got, 2 * FILE_BYTES);
	sink->room = 2 * FILE_BYTES;
	response_init(&r);
	response_file(&r, fd, at, len);
	assert_true(response_write(&r, head_only, write_to_sink, sink));
	assert_false(r.cut);
	response_free(&r);
	assert_false(is_open(fd));
}

static void
a_part_of_a_file_is_written_just_so(void **state)
{
	static const struct {
		int64_t at, len;
	} parts[] = { { 0, FILE_BYTES }, { 0, 0 }, { 7, 1 }, { 1, 65528 },
		{ 100, 65529 }, { FILE_BYTES - 3, 3 } };
	struct sink sink;
	char head[80];
	size_t i, j, len;

	(void)state;
	for (i = 0; i < sizeof(parts) / sizeof(*parts); i++) {
		write_part(parts[i].at, parts[i].len, false, &sink);
		len = (size_t)snprintf(head, sizeof(head),
		    "Status: 200 OK\r\nContent-Length: %d\r\n\r\n",
		    (int)parts[i].len);
		assert_int_equal(sink.got.len, len + (size_t)parts[i].len);
		assert_memory_equal(sink.got.ptr, head, len);
		for (j = 0; j < (size_t)parts[i].len; j++) {
			if ((unsigned char)sink.got.ptr[len + j] !=
			    byte_at((size_t)parts[i].at + j))
				fail_msg("part %zu, byte %zu", i, j);
		}
		buf_free(&sink.got);
	}
}

static void
head_of_a_file_tells_its_length(void **state)
{
	struct sink sink;

	(void)state;
	write_part(10, 1000, true, &sink);
	assert_string_equal(buf_string(&sink.got),
	    "Status: 200 OK\r\nContent-Length: 1000\r\n\r\n");
	buf_free(&sink.got);
}

static void
a_file_that_ends_early_cuts_the_answer(void **state)
{
	struct sink sink = { .room = 2 * FILE_BYTES };
	struct response r;
	int fd = make_file();

	(void)state;
	buf_init(&sink.got, 2 * FILE_BYTES);
	response_init(&r);
	response_file(&r, fd, FILE_BYTES - 10, 11);
	assert_false(response_write(&r, false, write_to_sink, &sink));
	assert_true(r.cut);
	assert_non_null(strstr(buf_string(&sink.got), "Content-Length: 11\r"));
	response_clear(&r);
	assert_false(r.cut);
	assert_false(is_open(fd));
	response_free(&r);
	buf_free(&sink.got);
}

static void
a_peer_that_leaves_ends_the_file(void **state)
{
	struct sink sink = { .room = 70000 };
	struct response r;
	int fd = make_file();

	(void)state;
	buf_init(&sink.got, 2 * FILE_BYTES);
	response_init(&r);
	response_file(&r, fd, 0, FILE_BYTES);
	assert_false(response_write(&r, false, write_to_sink, &sink));
	assert_false(r.cut);
	assert_false(is_open(fd));
	response_free(&r);
	buf_free(&sink.got);
}

static void
a_file_that_is_not_wanted_after_all_is_closed(void **state)
{
	struct response r;
	int first = make_file(), second = make_file();

	(void)state;
	response_init(&r);
	response_file(&r, first, 0, 1);
	response_file(&r, second, 0, 1);
	assert_false(is_open(first));
	assert_true(is_open(second));
	response_clear(&r);
	assert_false(is_open(second));
	response_free(&r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_answer_is_written_as_cgi_wants_it),
		cmocka_unit_test(a_body_with_nul_bytes_is_written_whole),
		cmocka_unit_test(a_peer_that_leaves_at_any_byte_is_noticed),
		cmocka_unit_test(a_body_over_its_limit_becomes_a_bare_500),
		cmocka_unit_test(a_long_body_leaves_in_pieces_without_a_length),
		cmocka_unit_test(without_a_sink_no_piece_leaves),
		cmocka_unit_test(
		    head_gets_the_headers_of_a_long_body_and_ends_it),
		cmocka_unit_test(
		    a_failure_before_the_first_piece_is_still_answered_whole),
		cmocka_unit_test(an_answer_that_was_cut_does_not_end_well),
		cmocka_unit_test(
		    a_peer_that_leaves_between_pieces_ends_the_answer),
		cmocka_unit_test(clearing_forgets_everything),
		cmocka_unit_test(a_part_of_a_file_is_written_just_so),
		cmocka_unit_test(head_of_a_file_tells_its_length),
		cmocka_unit_test(a_file_that_ends_early_cuts_the_answer),
		cmocka_unit_test(a_peer_that_leaves_ends_the_file),
		cmocka_unit_test(a_file_that_is_not_wanted_after_all_is_closed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
