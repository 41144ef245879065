/* SPDX-License-Identifier: MIT */
/*
 * promptledger user password: gives a user a new password.  As when he
 * changes it himself, his sessions stay: `token revoke` ends them.
 */
#include "cli/command.h"
#include "cli/password.h"

#include "base/text.h"
#include "domain/user.h"

#include <getopt.h>
#include <sodium.h>
#include <stdio.h>

struct change {
	const char *email;
	const char *hash;
	struct user user;
};

static enum err
change_password(struct txn *t, void *arg)
{
	struct change *change = arg;
	enum err err = user_find_by_email(t, change->email, &change->user);

	if (err != ERR_NONE)
		return err;
	return user_set_password(t, change->user.id, change->hash);
}

static const char *
read_options(int argc, char **argv, const char **data, const char **email)
{
	static const struct option options[] = {
		{ "data", required_argument, NULL, 'd' },
		{ NULL, 0, NULL, 0 },
	};
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option != 'd')
			return "";
		*data = optarg;
	}
	if (argc - optind > 1)
		return "too many arguments";
	*email = argv[optind];
	if (*email == NULL || !text_is_email(*email))
		return "an e-mail address is wanted";
	return NULL;
}

static int
run_password(const struct command *self, int argc, char **argv)
{
	const char *data = NULL, *email = NULL;
	const char *wrong = read_options(argc, argv, &data, &email);
	char password[PASSWORD_SIZE], hash[USER_HASH_SIZE];
	struct change change = { .hash = hash };
	struct command_session s;
	int status = COMMAND_DONE;

	if (wrong == NULL)
		wrong = password_read(password);
	if (wrong != NULL)
		return command_misused(self, wrong[0] == '\0' ? NULL : wrong);
	change.email = email;
	if (!command_open(&s, COMMAND_DATA_EXISTING, data))
		return COMMAND_FAILED;
	if (user_hash_password(password, hash, &s.failure) != ERR_NONE ||
	    command_run(&s, TXN_WRITE, change_password, &change) != ERR_NONE)
		status = command_failed(&s, "cannot change the password");
	else
		printf("%s has a new password.\n", change.user.email);
	sodium_memzero(password, sizeof(password));
	command_close(&s);
	return status;
}

const struct command user_password_command = {
	.name = "user password",
	.usage = "[--data DIR] EMAIL",
	.summary = "give a user a new password, which is asked for on a "
		   "terminal, or else read from standard input; sessions stay",
	.run = run_password,
};
