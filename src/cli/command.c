/* SPDX-License-Identifier: MIT */
#include "cli/command.h"

#include "base/text.h"
#include "domain/installation.h"
#include "store/store.h"

#include <pwd.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const struct command *const commands[] = {
	&init_command,
	&user_add_command,
	&user_list_command,
	&user_role_command,
	&user_password_command,
	&token_create_command,
	&token_list_command,
	&token_revoke_command,
	&jwt_issue_command,
	&import_command,
	&export_command,
	&serve_command,
	&audit_verify_command,
	&audit_head_command,
	&audit_show_command,
	&audit_sign_command,
	&backup_command,
	&restore_command,
	&doctor_command,
	&config_command,
	&routes_command,
	&openapi_command,
	&version_command,
	&help_command,
	NULL,
};

const struct command *const *
command_list(void)
{
	return commands;
}

/* How many of argv's words the command's name takes; 0: it is another. */
static int
match_name(const char *name, int argc, char **argv)
{
	int words = 0;
	size_t len;

	while (*name != '\0') {
		len = strcspn(name, " ");
		if (words >= argc || strlen(argv[words]) != len ||
		    memcmp(argv[words], name, len) != 0)
			return 0;
		words++;
		name += len;
		name += strspn(name, " ");
	}
	return words;
}

int
command_main(int argc, char **argv)
{
	const struct command *const *c;
	int words;

	if (sodium_init() < 0) {
		fputs("promptledger: libsodium does not start\n", stderr);
		return COMMAND_FAILED;
	}
	if (argc < 2 || text_equal(argv[1], "--help") ||
	    text_equal(argv[1], "-h"))
		return help_command.run(&help_command, 1, argv);
	if (text_equal(argv[1], "--version"))
		return version_command.run(&version_command, 1, argv);
	for (c = commands; *c != NULL; c++) {
		words = match_name((*c)->name, argc - 1, argv + 1);
		if (words > 0)
			return (*c)->run(*c, argc - words, argv + words);
	}
	fprintf(stderr,
	    "promptledger: no command %s; see `promptledger help`\n", argv[1]);
	return COMMAND_MISUSED;
}

int
command_misused(const struct command *self, const char *why)
{
	if (why != NULL)
		fprintf(stderr, "promptledger %s: %s\n", self->name, why);
	fprintf(stderr, "usage: promptledger %s%s%s\n", self->name,
	    self->usage[0] == '\0' ? "" : " ", self->usage);
	return COMMAND_MISUSED;
}

/* Who the audit log should name: the account that runs the command. */
static void
name_operator(struct command_session *s)
{
	const struct passwd *pw = getpwuid(getuid());

	if (pw != NULL)
		snprintf(s->actor_id, sizeof(s->actor_id), "%s", pw->pw_name);
	else
		snprintf(s->actor_id, sizeof(s->actor_id), "uid %ld",
		    (long)getuid());
}

enum err
command_open_data(struct command_session *s, enum command_data wanted)
{
	if (wanted == COMMAND_DATA_EXISTING && !store_exists(s->config.data))
		return err_fail(&s->failure, ERR_IO, NULL,
		    arena_printf(s->arena,
			"there is no database in %s; `promptledger init` "
			"makes one",
			s->config.data));
	return installation_open(&s->config, false, &s->store, &s->failure);
}

static enum err
open_session(
    struct command_session *s, enum command_data wanted, const char *data_dir)
{
	enum err err;

	err = config_load(&s->config, data_dir, s->arena, &s->failure);
	if (err != ERR_NONE || wanted == COMMAND_DATA_CLOSED)
		return err;
	return command_open_data(s, wanted);
}

bool
command_open(
    struct command_session *s, enum command_data wanted, const char *data_dir)
{
	memset(s, 0, sizeof(*s));
	s->arena = arena_new();
	name_operator(s);
	if (open_session(s, wanted, data_dir) != ERR_NONE) {
		command_failed(s, "cannot open the data directory");
		command_close(s);
		return false;
	}
	return true;
}

void
command_close(struct command_session *s)
{
	store_close(s->store);
	arena_free(s->arena);
}

struct txn_actor
command_actor(const struct command_session *s)
{
	return (struct txn_actor){
		.id = s->actor_id,
		.kind = "operator",
		.request_id = "command",
		.family = "cli",
	};
}

enum err
command_run(
    struct command_session *s, enum txn_mode mode, txn_fn *fn, void *arg)
{
	txn_call_init(&s->call, s->arena, &s->failure);
	s->call.actor = command_actor(s);
	return txn_run(s->store, mode, fn, arg, &s->call);
}

bool
command_print(const struct buf *text)
{
	return !buf_failed(text) && fputs(buf_string(text), stdout) >= 0 &&
	    fflush(stdout) == 0;
}

/* What people are told; other failures say by their detail what is wrong. */
const char *
command_explain(const struct failure *f)
{
	static const char *const texts[ERR_COUNT] = {
		[ERR_USER_UNKNOWN] = "there is no user with this address",
		[ERR_TOKEN_UNKNOWN] = "there is no token with this id",
		[ERR_EMAIL_TAKEN] = "there is a user with this address already",
		[ERR_LAST_ADMIN] =
		    "this is the last admin; make somebody else one first",
		[ERR_BUSY] = "another program keeps the data locked",
		[ERR_FULL] = "the disk or the quota is full",
	};

	if (f->code == ERR_READ_ONLY && f->detail == NULL)
		return "the database cannot be written to";
	if (texts[f->code] != NULL)
		return texts[f->code];
	return f->detail != NULL ? f->detail : err_info(f->code)->slug;
}

int
command_failed(const struct command_session *s, const char *what)
{
	fprintf(stderr, "promptledger: %s: %s\n", what,
	    command_explain(&s->failure));
	return COMMAND_FAILED;
}
