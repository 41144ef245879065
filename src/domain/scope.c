/* SPDX-License-Identifier: MIT */
#include "domain/scope.h"

#include <stddef.h>
#include <string.h>

static const struct {
	const char *name;
	enum scope scope;
} names[] = {
	{ "prompts:read", SCOPE_PROMPT_READ },
	{ "prompts:write", SCOPE_PROMPT_WRITE },
	{ "prompts:download", SCOPE_PROMPT_DOWNLOAD },
	{ "prompts:delete", SCOPE_PROMPT_DELETE },
	{ "admin", SCOPE_ADMIN },
};

#define NAME_COUNT (sizeof(names) / sizeof(names[0]))

/* The scope of this name; 0 when there is none. */
static unsigned
find_scope(const char *name, size_t len)
{
	size_t i;

	for (i = 0; i < NAME_COUNT; i++) {
		if (strlen(names[i].name) == len &&
		    memcmp(names[i].name, name, len) == 0)
			return names[i].scope;
	}
	return 0;
}

bool
scope_parse(const char *list, unsigned *out)
{
	unsigned scopes = 0, scope;
	size_t len;

	for (;;) {
		len = strcspn(list, " ");
		if ((scope = find_scope(list, len)) == 0)
			return false;
		scopes |= scope;
		if (list[len] == '\0')
			break;
		list += len + 1;
	}
	*out = scopes;
	return true;
}

const char *
scope_print(unsigned scopes, struct arena *a)
{
	const char *list = "";
	size_t i;

	for (i = 0; i < NAME_COUNT; i++) {
		if ((scopes & names[i].scope) != 0)
			list = arena_printf(a, "%s%s%s", list,
			    list[0] == '\0' ? "" : " ", names[i].name);
	}
	return list;
}

bool
scope_covers(unsigned scopes, unsigned wanted)
{
	if ((scopes & SCOPE_PROMPT_WRITE) != 0)
		scopes |= SCOPE_PROMPT_DELETE;
	return (wanted & ~scopes) == 0;
}
