/* SPDX-License-Identifier: MIT */
/*
 * promptledger init: makes the data directory, its database and its keys.
 */
#include "cli/command.h"

#include "domain/secret.h"

#include <getopt.h>
#include <stdio.h>

static int
run_init(const struct command *self, int argc, char **argv)
{
	static const struct option options[] = {
		{ "data", required_argument, NULL, 'd' },
		{ NULL, 0, NULL, 0 },
	};
	unsigned char key[SECRET_BYTES];
	const char *data = NULL;
	struct command_session s;
	int option, status = COMMAND_DONE;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option != 'd')
			return command_misused(self, NULL);
		data = optarg;
	}
	if (optind != argc)
		return command_misused(self, "too many arguments");
	if (!command_open(&s, COMMAND_DATA_MADE, data))
		return COMMAND_FAILED;
	if (secret_load(s.config.data, "link", key, &s.failure) != ERR_NONE)
		status = command_failed(&s, "cannot make the keys");
	else
		printf("%s is ready.\n", s.config.data);
	command_close(&s);
	return status;
}

const struct command init_command = {
	.name = "init",
	.usage = "[--data DIR]",
	.summary = "make the data directory, the database and the keys",
	.run = run_init,
};
