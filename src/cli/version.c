/* SPDX-License-Identifier: MIT */
/*
 * promptledger version: says which program this is.
 */
#include "cli/command.h"

#include <stdio.h>

static int
run_version(const struct command *self, int argc, char **argv)
{
	(void)argv;
	if (argc > 1)
		return command_misused(self, "too many arguments");
	puts("promptledger " PROMPTLEDGER_VERSION);
	return COMMAND_DONE;
}

const struct command version_command = {
	.name = "version",
	.usage = "",
	.summary = "print the version",
	.run = run_version,
};
