/* SPDX-License-Identifier: MIT */
/*
 * promptledger audit show: prints rows of the audit log, one line each: what
 * happened as a person reads it, or with --json everything.
 */
#include "cli/command.h"
#include "cli/plain.h"

#include "base/clock.h"
#include "base/text.h"
#include "domain/audit.h"
#include "wire/doc.h"
#include "wire/scan.h"

#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define LINE_MAX_BYTES ((size_t)256 << 20)

struct show {
	const char *data;
	bool as_json;
	struct audit_filter filter;
	struct arena *arena; /* for one row */
	struct buf out;
	bool failed; /* to be written */
};

/* Which option sets which member of the filter. */
static const struct {
	int option;
	size_t offset;
} texts[] = {
	{ 'e', offsetof(struct audit_filter, entity) },
	{ 'i', offsetof(struct audit_filter, entity_id) },
	{ 'p', offsetof(struct audit_filter, prompt_id) },
	{ 'a', offsetof(struct audit_filter, actor_id) },
	{ 'c', offsetof(struct audit_filter, action) },
	{ 'f', offsetof(struct audit_filter, family) },
};

static bool
set_text(struct audit_filter *filter, int option, const char *value)
{
	size_t i;

	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		if (texts[i].option != option)
			continue;
		memcpy((char *)filter + texts[i].offset, &value, sizeof(value));
		return true;
	}
	return false;
}

static const char *
set_option(struct show *s, int option, const char *value)
{
	static const char bad_time[] =
	    "--since and --until are times such as 2026-11-20T22:10:49Z, or "
	    "dates";

	if (set_text(&s->filter, option, value))
		return NULL;
	switch (option) {
	case 'd':
		s->data = value;
		return NULL;
	case 'j':
		s->as_json = true;
		return NULL;
	case 'o':
		s->filter.order = AUDIT_OLDEST_FIRST;
		return NULL;
	case 's':
		return clock_from_rfc3339(value, &s->filter.since_ms)
		    ? NULL
		    : bad_time;
	case 'u':
		return clock_from_rfc3339(value, &s->filter.until_ms)
		    ? NULL
		    : bad_time;
	case 'l':
		return text_to_int64(value, &s->filter.limit) &&
			s->filter.limit > 0
		    ? NULL
		    : "--limit is a number from 1";
	default:
		return "";
	}
}

static const char *
read_options(int argc, char **argv, struct show *s)
{
	static const struct option options[] = {
		{ "data", required_argument, NULL, 'd' },
		{ "entity", required_argument, NULL, 'e' },
		{ "id", required_argument, NULL, 'i' },
		{ "prompt", required_argument, NULL, 'p' },
		{ "actor", required_argument, NULL, 'a' },
		{ "action", required_argument, NULL, 'c' },
		{ "family", required_argument, NULL, 'f' },
		{ "since", required_argument, NULL, 's' },
		{ "until", required_argument, NULL, 'u' },
		{ "limit", required_argument, NULL, 'l' },
		{ "oldest-first", no_argument, NULL, 'o' },
		{ "json", no_argument, NULL, 'j' },
		{ NULL, 0, NULL, 0 },
	};
	const char *wrong = NULL;
	int option;

	while (wrong == NULL &&
	    (option = getopt_long(argc, argv, "", options, NULL)) != -1)
		wrong = set_option(s, option, optarg);
	if (wrong == NULL && optind != argc)
		wrong = "too many arguments";
	return wrong;
}

/* Nothing may look like the next column. */
static void
add_word(struct buf *out, const char *text)
{
	plain_word(out, text);
	buf_char(out, ' ');
}

static void
add_line(struct buf *out, const struct audit_row *row, const char *at)
{
	buf_printf(out, "%" PRId64 " %s ", row->seq, at);
	add_word(out, row->actor_kind);
	add_word(out, row->actor_id);
	add_word(out, row->family);
	add_word(out, row->action);
	add_word(out, row->entity);
	add_word(out, row->entity_id);
	out->ptr[--out->len] = '\0'; /* the last blank */
}

/* Changes are JSON; what is none was not written by the triggers, and is
 * shown as text. */
static void
add_changes(struct doc *d, struct arena *a, const char *changes)
{
	struct scan scan;

	if (changes != NULL && scan_json(changes, strlen(changes), a, &scan))
		doc_json(d, "changes", changes);
	else
		doc_text(d, "changes", changes);
}

static void
add_object(struct show *s, const struct audit_row *row, const char *at)
{
	struct doc d;

	doc_init(&d, &s->out);
	doc_object(&d, NULL);
	doc_integer(&d, "seq", row->seq);
	doc_text(&d, "at", at);
	doc_text(&d, "actor_id", row->actor_id);
	doc_text(&d, "actor_kind", row->actor_kind);
	doc_text(&d, "token_id", row->token_id);
	doc_text(&d, "request_id", row->request_id);
	doc_text(&d, "family", row->family);
	doc_text(&d, "entity", row->entity);
	doc_text(&d, "entity_id", row->entity_id);
	doc_text(&d, "prompt_id", row->prompt_id);
	doc_text(&d, "action", row->action);
	add_changes(&d, s->arena, row->changes);
	doc_text(&d, "hash", row->hash);
	doc_object_end(&d);
}

static bool
show_row(void *show, const struct audit_row *row)
{
	struct show *s = show;
	char at[CLOCK_TEXT_SIZE];

	clock_iso_ms(row->at_ms, at);
	if (s->as_json)
		add_object(s, row, at);
	else
		add_line(&s->out, row, at);
	buf_char(&s->out, '\n');
	s->failed = buf_failed(&s->out) ||
	    fwrite(buf_string(&s->out), 1, s->out.len, stdout) != s->out.len;
	buf_clear(&s->out);
	arena_reset(s->arena);
	return !s->failed;
}

static enum err
list(struct txn *t, void *show)
{
	struct show *s = show;

	return audit_list(t, &s->filter, show_row, s);
}

static int
run_show(const struct command *self, int argc, char **argv)
{
	struct show show = {
		.filter = {
			.since_ms = INT64_MIN,
			.until_ms = INT64_MAX,
			.limit = -1,
		},
	};
	const char *wrong = read_options(argc, argv, &show);
	struct command_session s;
	int status = COMMAND_DONE;

	if (wrong != NULL)
		return command_misused(self, wrong[0] == '\0' ? NULL : wrong);
	if (!command_open(&s, COMMAND_DATA_EXISTING, show.data))
		return COMMAND_FAILED;
	show.arena = arena_new();
	buf_init(&show.out, LINE_MAX_BYTES);
	if (command_run(&s, TXN_READ, list, &show) != ERR_NONE)
		status = command_failed(&s, "cannot read the log");
	else if (show.failed || fflush(stdout) != 0)
		status = COMMAND_FAILED; /* whoever reads has closed it */
	buf_free(&show.out);
	arena_free(show.arena);
	command_close(&s);
	return status;
}

const struct command audit_show_command = {
	.name = "audit show",
	.usage = "[--entity E] [--id ID] [--prompt ID] [--actor ID] "
		 "[--action A] [--family F] [--since T] [--until T] "
		 "[--limit N] [--oldest-first] [--json] [--data DIR]",
	.summary = "print rows of the audit log, the newest first",
	.run = run_show,
};
