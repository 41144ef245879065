/* SPDX-License-Identifier: MIT */
/*
 * promptledger token revoke: ends a session or a key, which is known by its
 * id; a token on the command line would be seen by other accounts.
 */
#include "cli/command.h"

#include "domain/token.h"

#include <getopt.h>
#include <stdio.h>

static enum err
revoke(struct txn *t, void *id)
{
	return token_revoke(t, id);
}

static int
run_revoke(const struct command *self, int argc, char **argv)
{
	static const struct option options[] = {
		{ "data", required_argument, NULL, 'd' },
		{ NULL, 0, NULL, 0 },
	};
	const char *data = NULL;
	struct command_session s;
	int option, status = COMMAND_DONE;
	char *id;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option != 'd')
			return command_misused(self, NULL);
		data = optarg;
	}
	id = argv[optind];
	if (argc - optind != 1)
		return command_misused(self, "one id is wanted");
	if (token_is_wellformed(id))
		return command_misused(self,
		    "the token's id is wanted, as `token list` prints it, not "
		    "the token");
	if (!command_open(&s, COMMAND_DATA_EXISTING, data))
		return COMMAND_FAILED;
	if (command_run(&s, TXN_WRITE, revoke, id) != ERR_NONE)
		status = command_failed(&s, "cannot revoke the token");
	else
		printf("The token %s is revoked.\n", id);
	command_close(&s);
	return status;
}

const struct command token_revoke_command = {
	.name = "token revoke",
	.usage = "[--data DIR] ID",
	.summary = "end a session or a key, with its access tokens",
	.run = run_revoke,
};
