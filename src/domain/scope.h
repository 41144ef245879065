/* SPDX-License-Identifier: MIT */
/*
 * scope: the names of what a token may do with voice prompts, as sets of
 * bits, and the lists in which they are written (RFC 6749, 3.3).
 */
#ifndef DOMAIN_SCOPE_H
#define DOMAIN_SCOPE_H

#include "base/arena.h"

#include <stdbool.h>

enum scope {
	SCOPE_PROMPT_READ = 1 << 0,     /* prompts:read */
	SCOPE_PROMPT_WRITE = 1 << 1,    /* prompts:write, and so delete */
	SCOPE_PROMPT_DOWNLOAD = 1 << 2, /* prompts:download */
	SCOPE_PROMPT_DELETE = 1 << 3,   /* prompts:delete, and no more */
	SCOPE_ADMIN = 1 << 4,           /* admin: the command line's tokens */
};

/* Read a list of names with one blank between them.  False, and out
 * untouched, for the empty list, an unknown name, or other white space. */
bool scope_parse(const char *list, unsigned *out);

/* The list of these scopes, in the order above; "" for none. */
const char *scope_print(unsigned scopes, struct arena *a);

/* Does who has these scopes have all the wanted ones? */
bool scope_covers(unsigned scopes, unsigned wanted);

#endif
