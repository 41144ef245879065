/* SPDX-License-Identifier: MIT */
/*
 * promptledger openapi: prints the description of every operation, as
 * GET /openapi.json answers it.
 */
#include "cli/command.h"

#include "api/family.h"
#include "api/openapi/openapi.h"

#include <stdio.h>

#define DOCUMENT_MAX_BYTES ((size_t)16 << 20)

static int
run_openapi(const struct command *self, int argc, char **argv)
{
	struct arena *arena;
	struct buf document;
	int status = COMMAND_FAILED;

	(void)argv;
	if (argc > 1)
		return command_misused(self, "too many arguments");
	if (family_check() != ERR_NONE)
		return COMMAND_FAILED;
	arena = arena_new();
	buf_init(&document, DOCUMENT_MAX_BYTES);
	if (openapi_write(arena, "", &document) == ERR_NONE &&
	    !buf_failed(&document) && puts(buf_string(&document)) != EOF &&
	    fflush(stdout) == 0)
		status = COMMAND_DONE;
	buf_free(&document);
	arena_free(arena);
	return status;
}

const struct command openapi_command = {
	.name = "openapi",
	.usage = "",
	.summary = "print the OpenAPI 3.1 document of all operations",
	.run = run_openapi,
};
