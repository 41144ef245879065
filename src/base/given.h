/* SPDX-License-Identifier: MIT */
/*
 * given: values that a client may leave out, clear with null, or give.
 *
 * A partial update needs the three apart: an absent member keeps what is
 * stored, null clears it, a value replaces it.  Field tables fill these
 * structs, domain functions read them.
 */
#ifndef BASE_GIVEN_H
#define BASE_GIVEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum given {
	GIVEN_NOT = 0, /* absent: a zeroed struct means "nothing given" */
	GIVEN_NULL,
	GIVEN_VALUE,
};

/* text: UTF-8 without NUL inside, in the request's arena; NULL unless
 * given is GIVEN_VALUE. */
struct given_text {
	enum given given;
	const char *text;
};

struct given_integer {
	enum given given;
	int64_t value;
};

struct given_boolean {
	enum given given;
	bool value;
};

/* json: one compact JSON value as text; NULL unless given is GIVEN_VALUE. */
struct given_json {
	enum given given;
	const char *json;
};

/* list: count structs of the kind that the field's row names; NULL unless
 * given is GIVEN_VALUE. */
struct given_items {
	enum given given;
	void *list;
	size_t count;
};

#endif
