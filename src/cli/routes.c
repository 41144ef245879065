/* SPDX-License-Identifier: MIT */
/*
 * promptledger routes: lists every operation that this binary answers.
 */
#include "cli/command.h"

#include "api/family.h"

#include <stdio.h>

static int
run_routes(const struct command *self, int argc, char **argv)
{
	const struct family *const *f;
	const struct route *r;
	size_t i;

	(void)argv;
	if (argc > 1)
		return command_misused(self, "too many arguments");
	if (family_check() != ERR_NONE)
		return COMMAND_FAILED;
	for (f = family_list(); *f != NULL; f++) {
		for (i = 0; i < (*f)->route_count; i++) {
			r = &(*f)->routes[i];
			printf("%-14s %-6s %-46s %s\n", (*f)->name,
			    request_method_name(r->method), r->path, r->name);
		}
	}
	return COMMAND_DONE;
}

const struct command routes_command = {
	.name = "routes",
	.usage = "",
	.summary = "list the operations of all families",
	.run = run_routes,
};
