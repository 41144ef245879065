/* SPDX-License-Identifier: MIT */
/* Headers of a ustar archive, against the sizes at which they change. */
#include "cli/tar.h"

#include "scratch.h"

#define DIGITS_MAX INT64_C(077777777777)

static const struct {
	int line;
	int64_t size;
	const char *field; /* the twelve bytes, as C would write them */
} sizes[] = {
	{ __LINE__, 0, "00000000000\0" },
	{ __LINE__, 511, "00000000777\0" },
	{ __LINE__, DIGITS_MAX, "77777777777\0" },
	{ __LINE__, DIGITS_MAX + 1, "\x80\0\0\0\0\0\0\x02\0\0\0\0" },
	{ __LINE__, INT64_MAX, "\x80\0\0\0\x7f\xff\xff\xff\xff\xff\xff\xff" },
};

static void
sizes_are_octal_as_long_as_they_fit(void **state)
{
	unsigned char header[TAR_BLOCK];
	int64_t size, at;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(sizes); i++) {
		tar_header("name", sizes[i].size, 1700000000, header);
		if (memcmp(header + 124, sizes[i].field, 12) != 0)
			fail_msg("line %d", sizes[i].line);
		assert_true(tar_header_values(header, &size, &at));
		assert_int_equal(size, sizes[i].size);
		assert_int_equal(at, 1700000000);
	}
}

static void
the_sum_counts_its_own_field_as_blanks(void **state)
{
	unsigned char header[TAR_BLOCK];
	unsigned sum = 8 * ' ';
	char digits[8];
	size_t i;

	(void)state;
	tar_header("promptledger/MANIFEST", 4711, 1, header);
	for (i = 0; i < TAR_BLOCK; i++)
		sum += i >= 148 && i < 156 ? 0 : header[i];
	snprintf(digits, sizeof(digits), "%06o", sum);
	assert_memory_equal(header + 148, digits, 7);
	assert_int_equal(header[155], ' ');
	assert_memory_equal(header + 257, "ustar\00000", 8);
}

static void
the_longest_name_has_room(void **state)
{
	char name[TAR_NAME_MAX + 1];
	unsigned char header[TAR_BLOCK];

	(void)state;
	memset(name, 'x', TAR_NAME_MAX);
	name[TAR_NAME_MAX] = '\0';
	tar_header(name, 0, 0, header);
	assert_string_equal((char *)header, name);
	assert_memory_equal(header + 100, "0000600", 8);
}

static void
values_that_are_none_are_refused(void **state)
{
	static const char *const fields[] = {
		"            ",
		"0000000000 ",
		"00000000008",
		"\x80\x01\0\0\0\0\0\0\0\0\0\0", /* above 63 bits */
		"\x80\0\0\0\x80\0\0\0\0\0\0\0",
		"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff",
	};
	unsigned char header[TAR_BLOCK];
	int64_t size, at;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(fields); i++) {
		tar_header("name", 1, 1, header);
		memcpy(header + 124, fields[i], 12);
		if (tar_header_values(header, &size, &at))
			fail_msg("field %zu: %lld", i, (long long)size);
	}
}

static void
padding_fills_the_block(void **state)
{
	(void)state;
	assert_int_equal(tar_padding(0), 0);
	assert_int_equal(tar_padding(1), 511);
	assert_int_equal(tar_padding(511), 1);
	assert_int_equal(tar_padding(512), 0);
	assert_int_equal(tar_padding(513), 511);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sizes_are_octal_as_long_as_they_fit),
		cmocka_unit_test(the_sum_counts_its_own_field_as_blanks),
		cmocka_unit_test(the_longest_name_has_room),
		cmocka_unit_test(values_that_are_none_are_refused),
		cmocka_unit_test(padding_fills_the_block),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
