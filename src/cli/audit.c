/* SPDX-License-Identifier: MIT */
/*
 * promptledger audit verify: walks the audit log's hash chain.
 */
#include "cli/command.h"

#include "domain/audit.h"

#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>

static enum err
verify(struct txn *t, void *report)
{
	return audit_verify(t, report);
}

static int
print_report(const struct audit_report *r)
{
	if (r->reason != NULL) {
		printf("broken at row %" PRId64 ": %s (%" PRId64
		       " rows before it hold)\n",
		    r->broken_seq, r->reason, r->rows);
		return COMMAND_FAILED;
	}
	printf("ok: %" PRId64 " rows, head %s\n", r->rows, r->head);
	return COMMAND_DONE;
}

static int
run_verify(const struct command *self, int argc, char **argv)
{
	static const struct option options[] = {
		{ "data", required_argument, NULL, 'd' },
		{ NULL, 0, NULL, 0 },
	};
	const char *data = NULL;
	struct audit_report report;
	struct command_session s;
	int option, status;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option != 'd')
			return command_misused(self, NULL);
		data = optarg;
	}
	if (optind != argc)
		return command_misused(self, "too many arguments");
	if (!command_open(&s, COMMAND_DATA_EXISTING, data))
		return COMMAND_FAILED;
	if (command_run(&s, TXN_READ, verify, &report) != ERR_NONE)
		status = command_failed(&s, "cannot read the audit log");
	else
		status = print_report(&report);
	command_close(&s);
	return status;
}

const struct command audit_verify_command = {
	.name = "audit verify",
	.usage = "[--data DIR]",
	.summary = "walk the audit log's chain; 1 when a row is broken",
	.run = run_verify,
};
