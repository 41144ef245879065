/* SPDX-License-Identifier: MIT */
/*
 * What may be wrong inside a database that can be opened: its journal, its
 * clock, the end of its audit log.
 */
#include "cli/doctor.h"

#include "base/clock.h"
#include "base/text.h"
#include "domain/audit.h"
#include "store/query.h"

#include <inttypes.h>
#include <stdio.h>

#define AUDIT_ROWS 1000

/* Clocks of one machine that is kept in time. */
#define CLOCK_SLACK_MS 5000

struct sight {
	const char *journal;
	struct audit_head head;
	struct audit_report end;
};

static enum err
look(struct txn *t, void *arg)
{
	struct sight *sight = arg;
	struct query q;
	enum err err;

	query_start(&q, t, STATEMENT_STORE_JOURNAL);
	if (query_row(&q))
		sight->journal = query_take_text(&q);
	if ((err = query_end(&q)) != ERR_NONE ||
	    (err = audit_head_find(t, &sight->head)) != ERR_NONE)
		return err;
	return audit_verify_end(t, AUDIT_ROWS, &sight->end);
}

static void
tell_row(struct doctor *d, const struct sight *sight)
{
	char row[32], at[CLOCK_TEXT_SIZE];

	snprintf(row, sizeof(row), "row %" PRId64, sight->end.broken_seq);
	if (sight->end.reason != NULL)
		doctor_say(d, DOCTOR_PROBLEM, "audit_broken", row,
		    "of the audit log does not hold, %s: run promptledger "
		    "audit verify, and see docs/AUDIT.md",
		    sight->end.reason);
	if (sight->head.at_ms <= clock_now_ms() + CLOCK_SLACK_MS)
		return;
	clock_iso_seconds(sight->head.at_ms, at);
	doctor_say(d, DOCTOR_PROBLEM, "clock_behind", at,
	    "is when the last change was made, and still to come by this "
	    "machine's clock: set the clock");
}

void
doctor_examine_database(struct doctor *d)
{
	struct command_session *s = doctor_session(d);
	struct sight sight = { 0 };

	if (command_run(s, TXN_READ, look, &sight) != ERR_NONE) {
		doctor_fail(d);
		return;
	}
	if (sight.journal == NULL || !text_equal(sight.journal, "wal"))
		doctor_say(d, DOCTOR_PROBLEM, "wal_missing", s->config.data,
		    "lies where SQLite's WAL does not work, so that readers "
		    "wait for writers: move it to a local disk");
	tell_row(d, &sight);
}
