/* SPDX-License-Identifier: MIT */
/*
 * promptledger audit head: prints where the audit log stands, as one line to
 * be kept elsewhere; `audit verify --head` takes such lines.
 */
#include "cli/command.h"

#include "base/clock.h"
#include "base/text.h"
#include "domain/audit.h"
#include "wire/doc.h"

#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>

static enum err
find(struct txn *t, void *head)
{
	return audit_head_find(t, head);
}

/* A signature that is behind the head is not that of the head. */
static void
print_head(const struct audit_head *h, bool as_json)
{
	char hash[2 * SEAL_HASH_BYTES + 1], mac[2 * SEAL_MAC_BYTES + 1];
	bool is_signed = h->is_signed && h->signed_seq == h->seal.seq;
	char at[CLOCK_TEXT_SIZE];
	struct buf out;
	struct doc d;

	text_hex(h->seal.hash, SEAL_HASH_BYTES, hash);
	text_hex(h->mac, SEAL_MAC_BYTES, mac);
	clock_iso_ms(h->at_ms, at);
	if (!as_json) {
		printf("%" PRId64 " %s %s %s\n", h->seal.seq, hash, at,
		    is_signed ? mac : "-");
		return;
	}
	buf_init(&out, 4096);
	doc_init(&d, &out);
	doc_object(&d, NULL);
	doc_integer(&d, "seq", h->seal.seq);
	doc_text(&d, "hash", hash);
	doc_text(&d, "at", at);
	doc_text(&d, "signature", is_signed ? mac : NULL);
	doc_object_end(&d);
	puts(buf_string(&out));
	buf_free(&out);
}

static int
run_head(const struct command *self, int argc, char **argv)
{
	static const struct option options[] = {
		{ "data", required_argument, NULL, 'd' },
		{ "json", no_argument, NULL, 'j' },
		{ NULL, 0, NULL, 0 },
	};
	const char *data = NULL;
	struct command_session s;
	struct audit_head head;
	bool as_json = false;
	int option, status = COMMAND_DONE;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 'd')
			data = optarg;
		else if (option == 'j')
			as_json = true;
		else
			return command_misused(self, NULL);
	}
	if (optind != argc)
		return command_misused(self, "too many arguments");
	if (!command_open(&s, COMMAND_DATA_EXISTING, data))
		return COMMAND_FAILED;
	if (command_run(&s, TXN_READ, find, &head) != ERR_NONE)
		status = command_failed(&s, "cannot read the log");
	else
		print_head(&head, as_json);
	command_close(&s);
	return status;
}

const struct command audit_head_command = {
	.name = "audit head",
	.usage = "[--json] [--data DIR]",
	.summary = "print the audit log's last row, to be kept elsewhere",
	.run = run_head,
};
