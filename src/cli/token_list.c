/* SPDX-License-Identifier: MIT */
/*
 * promptledger token list: prints the sessions and keys that have not
 * expired, the newest first, as a table or with --json as one object a line.
 * Of the tokens themselves only digests are stored, and no digest is shown.
 */
#include "cli/command.h"
#include "cli/table.h"

#include "base/clock.h"
#include "domain/token.h"
#include "domain/user.h"
#include "wire/doc.h"

#include <getopt.h>
#include <stdio.h>

#define LINES_MAX_BYTES ((size_t)256 << 20)

static const char *const headings[] = { "ID", "KIND", "AT MOST", "CREATED",
	"EXPIRES", "USED", "USER", "NAME" };

struct list {
	const char *data;
	const char *email; /* NULL: everybody */
	bool as_json;
	struct table table;
	struct buf lines;
};

static void
add_row(struct table *t, const struct token *token)
{
	table_cell(t, token->id);
	table_cell(t, token->kind);
	table_cell(t, token->scopes != NULL ? token->scopes : token->operation);
	table_cell_day(t, token->created_at);
	table_cell_day(t, token->expires_at);
	table_cell_day(t, token->last_used_at);
	table_cell(t, token->email);
	table_cell(t, token->name);
}

static void
add_time(struct doc *d, const char *name, int64_t at_ms)
{
	char at[CLOCK_TEXT_SIZE];

	clock_iso_ms(at_ms, at);
	doc_text(d, name, at_ms == 0 ? NULL : at);
}

static void
add_object(struct buf *out, const struct token *token)
{
	struct doc d;

	doc_init(&d, out);
	doc_object(&d, NULL);
	doc_text(&d, "id", token->id);
	doc_text(&d, "kind", token->kind);
	doc_text(&d, "user", token->email);
	doc_text(&d, "name", token->name);
	doc_text(&d, "operation", token->operation);
	doc_text(&d, "scopes", token->scopes);
	doc_text(&d, "organisation_id", token->organisation_id);
	add_time(&d, "created_at", token->created_at);
	add_time(&d, "expires_at", token->expires_at);
	add_time(&d, "last_used_at", token->last_used_at);
	doc_object_end(&d);
	buf_char(out, '\n');
}

static enum err
gather(struct txn *t, void *arg)
{
	struct list *list = arg;
	struct user user = { .id = NULL };
	struct token token;
	struct query q;
	enum err err;

	if (list->email != NULL &&
	    (err = user_find_by_email(t, list->email, &user)) != ERR_NONE)
		return err;
	token_list(&q, t, user.id);
	while (token_next(&q, &token)) {
		if (list->as_json)
			add_object(&list->lines, &token);
		else
			add_row(&list->table, &token);
	}
	return query_end(&q);
}

static const char *
read_options(int argc, char **argv, struct list *list)
{
	static const struct option options[] = {
		{ "data", required_argument, NULL, 'd' },
		{ "json", no_argument, NULL, 'j' },
		{ "user", required_argument, NULL, 'u' },
		{ NULL, 0, NULL, 0 },
	};
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 'd')
			list->data = optarg;
		else if (option == 'j')
			list->as_json = true;
		else if (option == 'u')
			list->email = optarg;
		else
			return "";
	}
	return optind != argc ? "too many arguments" : NULL;
}

static int
run_list(const struct command *self, int argc, char **argv)
{
	struct list list = { .as_json = false };
	const char *wrong = read_options(argc, argv, &list);
	struct command_session s;
	int status = COMMAND_DONE;

	if (wrong != NULL)
		return command_misused(self, wrong[0] == '\0' ? NULL : wrong);
	if (!command_open(&s, COMMAND_DATA_EXISTING, list.data))
		return COMMAND_FAILED;
	table_init(
	    &list.table, headings, sizeof(headings) / sizeof(headings[0]));
	buf_init(&list.lines, LINES_MAX_BYTES);
	if (command_run(&s, TXN_READ, gather, &list) != ERR_NONE)
		status = command_failed(&s, "cannot list the tokens");
	else if (list.as_json ? !command_print(&list.lines)
			      : !table_print(&list.table))
		status = COMMAND_FAILED; /* whoever reads has closed it */
	buf_free(&list.lines);
	table_free(&list.table);
	command_close(&s);
	return status;
}

const struct command token_list_command = {
	.name = "token list",
	.usage = "[--user E] [--json] [--data DIR]",
	.summary = "list the sessions and keys that have not expired, the "
		   "newest first",
	.run = run_list,
};
