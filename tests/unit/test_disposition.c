/* SPDX-License-Identifier: MIT */
#include "http/disposition.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define VALUE(plain, encoded) \
	"attachment; filename=\"" plain "\"; filename*=UTF-8''" encoded

static const struct {
	int line;
	const char *name, *expected;
} cases[] = {
	{ __LINE__, "a.wav", VALUE("a.wav", "a.wav") },
	{ __LINE__, "", VALUE("", "") },
	{ __LINE__, "a b.wav", VALUE("a b.wav", "a%20b.wav") },
	{ __LINE__, "gr\u00fc\u00dfe.wav",
	    VALUE("gr__e.wav", "gr%C3%BC%C3%9Fe.wav") },
	{ __LINE__, "\U0001f600.mp3", VALUE("_.mp3", "%F0%9F%98%80.mp3") },
	{ __LINE__, "a\"b\\c%41.wav",
	    VALUE("a_b_c_41.wav", "a%22b%5Cc%2541.wav") },
	{ __LINE__, "a';,*()=<>@:/[]?{}.wav",
	    VALUE("a';,*()=<>@:/[]?{}.wav",
		"a%27%3B%2C%2A%28%29%3D%3C%3E%40%3A%2F%5B%5D%3F%7B%7D.wav") },
	{ __LINE__, "!#$&+-.^_`|~09AZaz",
	    VALUE("!#$&+-.^_`|~09AZaz", "!#$&+-.^_`|~09AZaz") },
	{ __LINE__, "a\r\nSet-Cookie: b\x7f.wav",
	    VALUE("a__Set-Cookie: b_.wav", "a%0D%0ASet-Cookie%3A%20b%7F.wav") },
	{ __LINE__, "a\xff\xc3", VALUE("a__", "a__") },
	{ __LINE__, "\xed\xa0\x80.wav", VALUE("___.wav", "___.wav") },
};

static void
names_are_told_in_both_forms(void **state)
{
	struct arena *a = arena_new();
	const char *got;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		got = disposition_attachment(cases[i].name, a);
		if (strcmp(got, cases[i].expected) != 0)
			fail_msg("line %d: %s", cases[i].line, got);
	}
	arena_free(a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_told_in_both_forms),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
