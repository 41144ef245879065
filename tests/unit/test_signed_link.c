/* SPDX-License-Identifier: MIT */
#include "domain/signed_link.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static const unsigned char key[SIGNED_LINK_KEY_BYTES] = { 1, 2, 3 };
static const unsigned char other_key[SIGNED_LINK_KEY_BYTES] = { 1, 2, 4 };
static const struct signed_link sample = { "download", "an-id", 1700000000 };

/* Computed with Python's hmac: the text is "download\nan-id\n1700000000". */
#define SIGNATURE \
	"7308f888bbd524b458ac0c4783b86106252151319b665e06595bf47f62231009"

static void
the_signature_is_hmac_sha256_of_three_lines(void **state)
{
	char got[SIGNED_LINK_SIZE];

	(void)state;
	signed_link_make(key, &sample, got);
	assert_string_equal(got, SIGNATURE);
	assert_true(signed_link_fits(key, &sample, SIGNATURE));
}

static void
a_signature_fits_nothing_else(void **state)
{
	static const struct signed_link others[] = {
		{ "upload", "an-id", 1700000000 },
		{ "download", "an-ie", 1700000000 },
		{ "download", "an-id", 1700000001 },
		{ "download", "an-id", -1700000000 },
		{ "", "download\nan-id", 1700000000 },
	};
	size_t i;

	(void)state;
	assert_false(signed_link_fits(other_key, &sample, SIGNATURE));
	for (i = 0; i < sizeof(others) / sizeof(*others); i++)
		assert_false(signed_link_fits(key, &others[i], SIGNATURE));
}

static void
a_changed_signature_does_not_fit(void **state)
{
	char changed[] = SIGNATURE "0";
	size_t i;

	(void)state;
	assert_false(signed_link_fits(key, &sample, changed));
	assert_false(signed_link_fits(key, &sample, ""));
	changed[strlen(SIGNATURE)] = '\0';
	for (i = 0; i < strlen(SIGNATURE); i++) {
		changed[i] = SIGNATURE[i] == '0' ? '1' : '0';
		assert_false(signed_link_fits(key, &sample, changed));
		changed[i] = '\0';
		assert_false(signed_link_fits(key, &sample, changed));
		changed[i] = SIGNATURE[i];
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_signature_is_hmac_sha256_of_three_lines),
		cmocka_unit_test(a_signature_fits_nothing_else),
		cmocka_unit_test(a_changed_signature_does_not_fit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
