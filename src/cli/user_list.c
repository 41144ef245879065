/* SPDX-License-Identifier: MIT */
/*
 * promptledger user list: prints the users by their addresses, as a table or
 * with --json as one object a line.
 */
#include "cli/command.h"
#include "cli/table.h"

#include "base/clock.h"
#include "base/text.h"
#include "domain/user.h"
#include "wire/doc.h"

#include <getopt.h>
#include <stdio.h>

#define LINES_MAX_BYTES ((size_t)256 << 20)

static const char *const headings[] = { "ID", "ROLE", "PASSWORD", "CREATED",
	"EMAIL", "NAME" };

struct list {
	bool as_json;
	struct table table;
	struct buf lines;
};

static void
add_row(struct table *t, const struct user *user)
{
	table_cell(t, user->id);
	table_cell(t, user->role);
	table_cell(t, user->password_hash != NULL ? "yes" : "no");
	table_cell_day(t, user->created_at);
	table_cell(t, user->email);
	table_cell(t, user->name);
}

static void
add_object(struct buf *out, const struct user *user)
{
	char at[CLOCK_TEXT_SIZE];
	struct doc d;

	clock_iso_ms(user->created_at, at);
	doc_init(&d, out);
	doc_object(&d, NULL);
	doc_text(&d, "id", user->id);
	doc_text(&d, "email", user->email);
	doc_text(&d, "name", user->name);
	doc_text(&d, "role", user->role);
	doc_boolean(&d, "has_password", user->password_hash != NULL);
	doc_text(&d, "created_at", at);
	doc_object_end(&d);
	buf_char(out, '\n');
}

static enum err
gather(struct txn *t, void *arg)
{
	struct list *list = arg;
	struct user user;
	struct query q;

	user_list(&q, t);
	while (user_next(&q, &user)) {
		if (list->as_json)
			add_object(&list->lines, &user);
		else
			add_row(&list->table, &user);
	}
	return query_end(&q);
}

static int
run_list(const struct command *self, int argc, char **argv)
{
	static const struct option options[] = {
		{ "data", required_argument, NULL, 'd' },
		{ "json", no_argument, NULL, 'j' },
		{ NULL, 0, NULL, 0 },
	};
	struct list list = { .as_json = false };
	const char *data = NULL;
	struct command_session s;
	int option, status = COMMAND_DONE;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 'd')
			data = optarg;
		else if (option == 'j')
			list.as_json = true;
		else
			return command_misused(self, NULL);
	}
	if (optind != argc)
		return command_misused(self, "too many arguments");
	if (!command_open(&s, COMMAND_DATA_EXISTING, data))
		return COMMAND_FAILED;
	table_init(
	    &list.table, headings, sizeof(headings) / sizeof(headings[0]));
	buf_init(&list.lines, LINES_MAX_BYTES);
	if (command_run(&s, TXN_READ, gather, &list) != ERR_NONE)
		status = command_failed(&s, "cannot list the users");
	else if (list.as_json ? !command_print(&list.lines)
			      : !table_print(&list.table))
		status = COMMAND_FAILED; /* whoever reads has closed it */
	buf_free(&list.lines);
	table_free(&list.table);
	command_close(&s);
	return status;
}

const struct command user_list_command = {
	.name = "user list",
	.usage = "[--json] [--data DIR]",
	.summary = "list the users",
	.run = run_list,
};
