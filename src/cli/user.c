/* SPDX-License-Identifier: MIT */
/*
 * promptledger user add: makes a user.  The only way to make an operator.
 */
#include "cli/command.h"
#include "cli/password.h"

#include "base/text.h"
#include "domain/role.h"
#include "domain/user.h"
#include "wire/doc.h"

#include <getopt.h>
#include <sodium.h>
#include <stdio.h>

struct add {
	struct user_new user;
	struct user made;
};

static enum err
add_user(struct txn *t, void *arg)
{
	struct add *add = arg;
	enum err err = user_create(t, &add->user, &add->made);

	return err == ERR_NONE ? role_settle(t, &add->made) : err;
}

static void
print_user(const struct user *user, bool as_json)
{
	struct buf out;
	struct doc d;

	if (!as_json) {
		printf("%s is %s, with the id %s.\n", user->email, user->role,
		    user->id);
		return;
	}
	buf_init(&out, 1 << 20);
	doc_init(&d, &out);
	doc_object(&d, NULL);
	doc_text(&d, "id", user->id);
	doc_text(&d, "email", user->email);
	doc_text(&d, "name", user->name);
	doc_text(&d, "role", user->role);
	doc_object_end(&d);
	puts(buf_string(&out));
	buf_free(&out);
}

struct add_options {
	const char *data;
	const char *email;
	const char *name;
	const char *role;
	bool password_stdin;
	bool as_json;
};

static const char *
read_options(int argc, char **argv, struct add_options *o)
{
	static const struct option options[] = {
		{ "data", required_argument, NULL, 'd' },
		{ "email", required_argument, NULL, 'e' },
		{ "json", no_argument, NULL, 'j' },
		{ "name", required_argument, NULL, 'n' },
		{ "password-stdin", no_argument, NULL, 'p' },
		{ "role", required_argument, NULL, 'r' },
		{ NULL, 0, NULL, 0 },
	};
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (option) {
		case 'd':
			o->data = optarg;
			break;
		case 'e':
			o->email = optarg;
			break;
		case 'j':
			o->as_json = true;
			break;
		case 'n':
			o->name = optarg;
			break;
		case 'p':
			o->password_stdin = true;
			break;
		case 'r':
			o->role = optarg;
			break;
		default:
			return "";
		}
	}
	if (optind != argc)
		return "too many arguments";
	if (o->email == NULL || !text_is_email(o->email))
		return "--email wants an e-mail address";
	if (!role_is_known(o->role))
		return "--role is admin, editor, viewer or member";
	return NULL;
}

static int
run_add(const struct command *self, int argc, char **argv)
{
	struct add_options o = { .role = "member" };
	const char *wrong = read_options(argc, argv, &o);
	char password[PASSWORD_SIZE], hash[USER_HASH_SIZE];
	struct command_session s;
	struct add add = { 0 };
	int status = COMMAND_DONE;

	if (wrong != NULL)
		return command_misused(self, wrong[0] == '\0' ? NULL : wrong);
	if (o.password_stdin && (wrong = password_read(password)) != NULL)
		return command_misused(self, wrong);
	if (!command_open(&s, COMMAND_DATA_MADE, o.data))
		return COMMAND_FAILED;
	add.user = (struct user_new){
		.email = o.email,
		.name = o.name == NULL ? o.email : o.name,
		.password_hash = o.password_stdin ? hash : NULL,
		.role = o.role,
		.is_admin =
		    text_equal(o.role, "admin") || text_equal(o.role, "member"),
	};
	if ((o.password_stdin &&
		user_hash_password(password, hash, &s.failure) != ERR_NONE) ||
	    command_run(&s, TXN_WRITE, add_user, &add) != ERR_NONE)
		status = command_failed(&s, "cannot add the user");
	else
		print_user(&add.made, o.as_json);
	sodium_memzero(password, sizeof(password));
	command_close(&s);
	return status;
}

const struct command user_add_command = {
	.name = "user add",
	.usage = "--email E [--name N] [--role admin|editor|viewer|member] "
		 "[--password-stdin] [--data DIR] [--json]",
	.summary = "add a user",
	.run = run_add,
};
