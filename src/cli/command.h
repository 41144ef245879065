/* SPDX-License-Identifier: MIT */
/*
 * command: the command line: one file per command, one row per file.
 *
 * Exit status: 0 done, 1 it failed (standard error says why), 2 it was
 * called wrongly.
 */
#ifndef CLI_COMMAND_H
#define CLI_COMMAND_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/config.h"
#include "store/txn.h"

#include <stdbool.h>

#define COMMAND_DONE 0
#define COMMAND_FAILED 1
#define COMMAND_MISUSED 2

struct command {
	const char *name;  /* "user", or "user add" */
	const char *usage; /* what follows the name */
	const char *summary;
	/* argv[0] is the command's last word. */
	int (*run)(const struct command *self, int argc, char **argv);
};

/* Every command, ended by NULL. */
const struct command *const *command_list(void);

/* Find the command that argv names, and run it. */
int command_main(int argc, char **argv);

/* Print how the command is called, to standard error; COMMAND_MISUSED. */
int command_misused(const struct command *self, const char *why);

/* What a command works with: the settings and the opened store. */
struct command_session {
	struct arena *arena;
	struct config config;
	struct store *store;
	struct failure failure;
	struct txn_call call;
	char actor_id[64];
};

enum command_data {
	COMMAND_DATA_CLOSED,   /* only the settings are wanted */
	COMMAND_DATA_EXISTING, /* a missing database is a mistyped name */
	COMMAND_DATA_MADE,     /* a missing database is made */
};

/* Load the settings (data_dir NULL: where they say) and, unless it shall stay
 * closed, open the store.  On failure it says so on standard error and returns
 * false. */
bool command_open(
    struct command_session *s, enum command_data wanted, const char *data_dir);
/* Open the store of a session that was opened closed; ERR_NONE, or what is
 * then in s->failure. */
enum err command_open_data(struct command_session *s, enum command_data wanted);
void command_close(struct command_session *s);

/* Who the audit log should name: the operator who runs the command. */
struct txn_actor command_actor(const struct command_session *s);

/* txn_run in this session, as the operator who runs the command. */
enum err command_run(
    struct command_session *s, enum txn_mode mode, txn_fn *fn, void *arg);

/* Print what was gathered to standard output.  False when there was no memory
 * for it, or whoever reads it has closed it. */
bool command_print(const struct buf *text);

/* What a person is told of a failure. */
const char *command_explain(const struct failure *f);

/* Print the failure of a session to standard error; COMMAND_FAILED. */
int command_failed(const struct command_session *s, const char *what);

extern const struct command init_command;
extern const struct command user_add_command;
extern const struct command user_list_command;
extern const struct command user_role_command;
extern const struct command user_password_command;
extern const struct command token_create_command;
extern const struct command token_list_command;
extern const struct command token_revoke_command;
extern const struct command jwt_issue_command;
extern const struct command import_command;
extern const struct command export_command;
extern const struct command serve_command;
extern const struct command audit_verify_command;
extern const struct command doctor_command;
extern const struct command config_command;
extern const struct command audit_head_command;
extern const struct command audit_show_command;
extern const struct command audit_sign_command;
extern const struct command backup_command;
extern const struct command restore_command;
extern const struct command routes_command;
extern const struct command openapi_command;
extern const struct command version_command;
extern const struct command help_command;

#endif
