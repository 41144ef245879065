/* SPDX-License-Identifier: MIT */
/*
 * promptledger serve: a real lighttpd in the foreground, with a generated
 * configuration and this binary as its FastCGI responder, for trying it out.
 */
#include "cli/command.h"

#include <stdio.h>

static int
run_serve(const struct command *self, int argc, char **argv)
{
	(void)argv;
	(void)argc;
	return command_misused(self, "not yet");
}

const struct command serve_command = {
	.name = "serve",
	.usage = "[--listen 127.0.0.1:8080] [--data DIR] [--threads N]",
	.summary = "serve with a lighttpd of its own, until Ctrl-C",
	.run = run_serve,
};
