/* SPDX-License-Identifier: MIT */
#include "base/fold.h"

#include "base/text.h"
#include "scratch.h"

static const struct {
	int line;
	const char *text, *folded;
} cases[] = {
	{ __LINE__, "", "" },
	{ __LINE__, "Hello, WORLD [@`{] 09", "hello, world [@`{] 09" },
	{ __LINE__, "ÄÖÜ äöü", "äöü äöü" },
	{ __LINE__, "Straße STRASSE", "strasse strasse" },
	{ __LINE__, "ẞ", "ss" },
	{ __LINE__, "ΣΊΣΥΦΟΣ σίσυφος", "σίσυφοσ σίσυφοσ" },
	{ __LINE__, "Привет ЁЖ", "привет ёж" },
	{ __LINE__, "Ā ā Ż ż", "ā ā ż ż" }, /* every other code point */
	{ __LINE__, "ﬃ Ŀ", "ffi ŀ" },
	{ __LINE__, "İ ı I", "i\xcc\x87 ı i" },
	{ __LINE__, "ſ K Å", "s k å" },         /* long s, Kelvin, Ångström */
	{ __LINE__, "ΐ", "ι\xcc\x88\xcc\x81" }, /* three for one */
	{ __LINE__, "Ꭰ ꭰ", "Ꭰ Ꭰ" },         /* Cherokee folds upwards */
	{ __LINE__, "\xf0\x90\x90\x80", "\xf0\x90\x90\xa8" }, /* Deseret */
	{ __LINE__, "日本語 🙂 עברית", "日本語 🙂 עברית" },
	/* Nothing sound is made of what is not. */
	{ __LINE__, "A\xffZ\xc3", "a\xffz\xc3" },
	{ __LINE__, "\xed\xa0\x80Q", "\xed\xa0\x80q" },
};

static void
texts_are_folded_in_every_script(void **state)
{
	char out[256];
	size_t i, len;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		len = fold_text(cases[i].text, strlen(cases[i].text), out);
		out[len] = '\0';
		if (!text_equal(out, cases[i].folded))
			fail_msg("line %d: %s", cases[i].line, out);
	}
}

static void
every_code_point_folds_once_and_within_the_bound(void **state)
{
	char text[4], once[4 * FOLD_GROWTH], twice[16 * FOLD_GROWTH];
	size_t len, len_once, len_twice;
	uint32_t c;

	(void)state;
	for (c = 1; c < 0x110000; c++) {
		if (c >= 0xd800 && c < 0xe000)
			continue;
		len = text_utf8_encode(c, text);
		len_once = fold_text(text, len, once);
		if (len_once > len * FOLD_GROWTH ||
		    !text_is_utf8(once, len_once))
			fail_msg("U+%04X", (unsigned)c);
		len_twice = fold_text(once, len_once, twice);
		if (len_once != len_twice || memcmp(once, twice, len_once) != 0)
			fail_msg("U+%04X folds again", (unsigned)c);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts_are_folded_in_every_script),
		cmocka_unit_test(
		    every_code_point_folds_once_and_within_the_bound),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
