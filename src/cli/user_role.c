/* SPDX-License-Identifier: MIT */
/*
 * promptledger user role: gives a user another role, from his next request
 * on.
 */
#include "cli/command.h"

#include "base/text.h"
#include "domain/role.h"

#include <getopt.h>
#include <stdio.h>

struct change {
	const char *data;
	const char *email;
	const char *role;
	struct user changed;
};

static enum err
change_role(struct txn *t, void *arg)
{
	struct change *change = arg;
	struct user user;
	enum err err;

	if ((err = user_find_by_email(t, change->email, &user)) != ERR_NONE)
		return err;
	return role_change(t, &user, change->role, &change->changed);
}

static const char *
read_options(int argc, char **argv, struct change *change)
{
	static const struct option options[] = {
		{ "data", required_argument, NULL, 'd' },
		{ NULL, 0, NULL, 0 },
	};
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option != 'd')
			return "";
		change->data = optarg;
	}
	if (argc - optind != 2)
		return "an e-mail address and a role are wanted";
	change->email = argv[optind];
	change->role = argv[optind + 1];
	if (!text_is_email(change->email))
		return "the first argument is an e-mail address";
	if (!role_is_known(change->role))
		return "the role is admin, editor, viewer or member";
	return NULL;
}

static int
run_role(const struct command *self, int argc, char **argv)
{
	struct change change = { .data = NULL };
	const char *wrong = read_options(argc, argv, &change);
	struct command_session s;
	int status = COMMAND_DONE;

	if (wrong != NULL)
		return command_misused(self, wrong[0] == '\0' ? NULL : wrong);
	if (!command_open(&s, COMMAND_DATA_EXISTING, change.data))
		return COMMAND_FAILED;
	if (command_run(&s, TXN_WRITE, change_role, &change) != ERR_NONE)
		status = command_failed(&s, "cannot change the role");
	else
		printf("%s is %s now.\n", change.changed.email,
		    change.changed.role);
	command_close(&s);
	return status;
}

const struct command user_role_command = {
	.name = "user role",
	.usage = "[--data DIR] EMAIL admin|editor|viewer|member",
	.summary = "give a user another role, from the next request on",
	.run = run_role,
};
