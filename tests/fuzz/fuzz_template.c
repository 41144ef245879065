/* SPDX-License-Identifier: MIT */
/*
 * Parses and runs what libFuzzer makes up.  The input is a template and, behind
 * the first NUL, the JSON object that it is filled in with.
 */
#include "api/json_value.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
read_variables(const char *json, size_t len, struct arena *a, struct value *out)
{
	static const char usual[] =
	    "{\"name\":\"Ada\",\"n\":5.5,\"t\":true,\"nil\":null,"
	    "\"a\":[1,\"x\",null],\"o\":{\"b\":2,\"a\":\"x\"}}";
	struct scan scan;
	const struct body *b = body_parse(json, len, a, &scan);

	if (b == NULL || body_kind(b) != SCAN_OBJECT)
		b = body_parse(usual, sizeof(usual) - 1, a, &scan);
	if (!json_value_read(b, a, out))
		*out = (struct value){ .kind = VALUE_OBJECT };
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new();
	const char *const *names;
	const struct template *t;
	struct template_error error;
	struct value dot;
	struct buf out;
	/* Of its own, so that a step past its end is seen. */
	char *text = strndup((const char *)data, size);
	size_t len = strlen(text);

	read_variables((const char *)data + (len < size ? len + 1 : size),
	    len < size ? size - len - 1 : 0, a, &dot);
	if (template_parse(text, a, &t, &error)) {
		template_variables(t, a, &names);
		buf_init(&out, 100000);
		template_run(t, &dot, a, &out, &error);
		if (text_is_utf8(text, len) &&
		    !text_is_utf8(buf_string(&out), out.len))
			abort();
		buf_free(&out);
	}
	free(text);
	arena_free(a);
	return 0;
}
