/* SPDX-License-Identifier: MIT */
/*
 * promptledger help: lists the commands and the settings.
 */
#include "cli/command.h"

#include <ctype.h>
#include <stdio.h>

static void
print_settings(void)
{
	const struct config_setting *s;
	const char *c;

	puts("\nSettings (environment, or name = value in promptledger.conf "
	     "in the data directory):");
	for (s = config_settings(); s->name != NULL; s++) {
		printf("  PROMPTLEDGER_");
		for (c = s->name; *c != '\0'; c++)
			putchar(toupper((unsigned char)*c));
		printf("%s%s\n      %s\n", s->fallback[0] == '\0' ? "" : "=",
		    s->fallback, s->help);
	}
}

static int
run_help(const struct command *self, int argc, char **argv)
{
	const struct command *const *c;

	(void)argv;
	if (argc > 1)
		return command_misused(self, "too many arguments");
	puts("promptledger: a prompt registry for ordinary web hosting.\n\n"
	     "A web server starts it as FastCGI or CGI program; see README.md."
	     "\n\nCommands:");
	for (c = command_list(); *c != NULL; c++)
		printf("  promptledger %s%s%s\n      %s\n", (*c)->name,
		    (*c)->usage[0] == '\0' ? "" : " ", (*c)->usage,
		    (*c)->summary);
	print_settings();
	return COMMAND_DONE;
}

const struct command help_command = {
	.name = "help",
	.usage = "",
	.summary = "print this",
	.run = run_help,
};
