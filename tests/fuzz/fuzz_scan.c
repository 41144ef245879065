/* SPDX-License-Identifier: MIT */
/*
 * The strict scan, and json-c behind it: what the scan lets through must be
 * read by both alike, and stay what it is when it is written compactly.
 */
#include "fuzz.h"

#include "api/json_value.h"
#include "base/text.h"
#include "wire/body.h"

/* What lies inside: each member's raw text is itself a value of its kind. */
static void
check_members(const struct body *b, struct arena *a)
{
	const struct scan *scan = body_scan(b);
	const struct scan_member *m;
	struct scan inner;
	const char *text;
	size_t i;

	for (i = 0; i < scan->member_count; i++) {
		m = &scan->members[i];
		MUST((m->name == NULL) == (scan->kind == SCAN_ARRAY));
		MUST(m->name == NULL || text_is_utf8(m->name, strlen(m->name)));
		MUST(scan_json(m->value, m->value_len, a, &inner));
		MUST(inner.kind == m->kind);
		MUST(body_kind(body_item(b, i, a)) == m->kind);
		text = body_text(b, i);
		MUST((text != NULL) == (m->kind == SCAN_STRING));
		MUST(text == NULL || text_is_utf8(text, strlen(text)));
	}
}

static void
check_compact(const char *text, size_t len, struct arena *a)
{
	const char *once = scan_compact(text, len, a);
	const char *twice = scan_compact(once, strlen(once), a);
	struct scan scan;

	MUST(strlen(once) <= len);
	MUST(strcmp(once, twice) == 0);
	MUST(scan_json(once, strlen(once), a, &scan));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	struct arena *a = arena_new();
	const struct body *b;
	struct scan scan, again;
	struct value value;
	bool good = scan_json(text, size, a, &scan);

	MUST(good == (scan.fault == SCAN_OK));
	MUST(scan.offset <= size);
	b = body_parse(text, size, a, &again);
	MUST((b != NULL) == good);
	MUST(again.fault == scan.fault && again.offset == scan.offset);
	if (good) {
		MUST(text_is_utf8(text, size));
		MUST(memchr(text, '\0', size) == NULL);
		MUST(body_kind(b) == scan.kind);
		check_members(b, a);
		check_compact(text, size, a);
		if (scan.kind == SCAN_OBJECT || scan.kind == SCAN_ARRAY)
			(void)json_value_read(b, a, &value);
	}
	arena_free(a);
	return 0;
}
