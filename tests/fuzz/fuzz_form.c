/* SPDX-License-Identifier: MIT */
/*
 * Query strings and form bodies: taken apart, and written again so that they
 * mean the same.
 */
#include "fuzz.h"

#include "base/text.h"
#include "http/disposition.h"
#include "wire/body.h"
#include "wire/form.h"

static void
check_value(const char *value, struct arena *a)
{
	const char *written = form_encode(value, a);
	const char *again = form_decode(written, strlen(written), a);

	MUST(text_is_utf8(value, strlen(value)));
	MUST(again != NULL && strcmp(again, value) == 0);
	/* A value may name a download. */
	MUST(!text_has_control(disposition_attachment(value, a)));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new();
	char *text = fuzz_text(data, size);
	struct form_param *params;
	size_t count = form_split(text, a, &params), i;
	const struct body *b;
	struct scan scan;

	for (i = 0; i < count; i++) {
		MUST(text_is_utf8(params[i].name, strlen(params[i].name)));
		if (params[i].value != NULL)
			check_value(params[i].value, a);
	}
	b = body_parse_form((const char *)data, size, a, &scan);
	MUST((b != NULL) == (scan.fault == SCAN_OK));
	MUST(b == NULL || body_kind(b) == SCAN_OBJECT);
	free(text);
	arena_free(a);
	return 0;
}
