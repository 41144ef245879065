/* SPDX-License-Identifier: MIT */
/*
 * promptledger audit verify: walks the audit log's hash chain, and holds it
 * against its signature and against heads that were noted elsewhere.
 * promptledger audit sign: begins, or begins anew, to sign it.
 */
#include "cli/command.h"
#include "cli/progress.h"

#include "base/text.h"
#include "domain/audit.h"
#include "domain/installation.h"
#include "wire/doc.h"

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ANCHORS_MAX 1000000

struct verify {
	const char *data;
	const char *heads; /* a file's name, "-", or NULL */
	bool as_json;
	bool force; /* audit sign */
	struct audit_check check;
	struct audit_report report;
	struct progress progress;
	unsigned char key[SEAL_KEY_BYTES];
};

static const char *
read_options(int argc, char **argv, struct verify *v, const char *allowed)
{
	static const struct option options[] = {
		{ "data", required_argument, NULL, 'd' },
		{ "head", required_argument, NULL, 'h' },
		{ "json", no_argument, NULL, 'j' },
		{ "force", no_argument, NULL, 'f' },
		{ NULL, 0, NULL, 0 },
	};
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (strchr(allowed, option) == NULL)
			return "";
		if (option == 'd')
			v->data = optarg;
		else if (option == 'h')
			v->heads = optarg;
		else if (option == 'j')
			v->as_json = true;
		else
			v->force = true;
	}
	return optind == argc ? NULL : "too many arguments";
}

/* A line of `audit head`: the number, a blank, the hash, and more. */
static bool
read_anchor(char *line, struct audit_anchor *out)
{
	char *hash = strchr(line, ' ');
	size_t digits = 2 * sizeof(out->hash);

	if (hash == NULL)
		return false;
	*hash++ = '\0';
	if (strlen(hash) < digits || strchr(" \n", hash[digits]) == NULL)
		return false;
	hash[digits] = '\0';
	return text_to_int64(line, &out->seq) && out->seq >= 0 &&
	    text_unhex(hash, out->hash, sizeof(out->hash));
}

static bool
add_anchor(struct verify *v, const struct audit_anchor *anchor)
{
	struct audit_anchor *more;
	size_t count = v->check.anchor_count;

	/* Room for a power of two at each of them. */
	if ((count & (count - 1)) == 0) {
		more = realloc(v->check.anchors,
		    (count == 0 ? 1 : 2 * count) * sizeof(*more));
		if (more == NULL)
			return false;
		v->check.anchors = more;
	}
	v->check.anchors[v->check.anchor_count++] = *anchor;
	return true;
}

static bool
read_anchors(struct verify *v, FILE *file)
{
	struct audit_anchor anchor;
	char *line = NULL;
	size_t size = 0;
	bool read = true;

	while (read && getline(&line, &size, file) != -1)
		read = v->check.anchor_count < ANCHORS_MAX &&
		    read_anchor(line, &anchor) && add_anchor(v, &anchor);
	free(line);
	if (!read || ferror(file) != 0 || v->check.anchor_count == 0) {
		fprintf(stderr,
		    "promptledger audit verify: %s: line %zu is none of "
		    "`audit head`\n",
		    v->heads, v->check.anchor_count + 1);
		return false;
	}
	return true;
}

/* Every head in the file must be in the chain, so that heads may be appended
 * to one file for ever. */
static bool
read_heads(struct verify *v)
{
	FILE *file;
	bool read;

	if (v->heads == NULL)
		return true;
	if (text_equal(v->heads, "-"))
		return read_anchors(v, stdin);
	if ((file = fopen(v->heads, "re")) == NULL) {
		fprintf(stderr, "promptledger audit verify: %s: %s\n", v->heads,
		    strerror(errno));
		return false;
	}
	read = read_anchors(v, file);
	fclose(file);
	return read;
}

static void
step(void *verify, int64_t rows)
{
	struct verify *v = verify;

	progress_show(&v->progress, rows);
}

static enum err
verify(struct txn *t, void *arg)
{
	struct verify *v = arg;
	struct audit_head head;
	enum err err;

	if ((err = audit_head_find(t, &head)) != ERR_NONE)
		return err;
	progress_begin(&v->progress, "verified", head.seal.seq);
	/* Ten lines on a log file tell nothing that the last line does not. */
	if (v->progress.is_terminal) {
		v->check.step = step;
		v->check.step_arg = v;
	}
	err = audit_verify(t, &v->check, &v->report);
	progress_end(&v->progress);
	return err;
}

static const char *const signatures[] = {
	[AUDIT_SIGNATURE_NONE] = "none",
	[AUDIT_SIGNATURE_UNCHECKED] = "unchecked",
	[AUDIT_SIGNATURE_VALID] = "valid",
	[AUDIT_SIGNATURE_BROKEN] = "broken",
};

static void
print_json(const struct audit_report *r)
{
	struct buf out;
	struct doc d;

	buf_init(&out, 4096);
	doc_init(&d, &out);
	doc_object(&d, NULL);
	doc_boolean(&d, "ok", r->reason == NULL);
	doc_integer(&d, "rows", r->rows);
	doc_text(&d, "head", r->head);
	doc_text(&d, "signature", signatures[r->signature]);
	if (r->reason != NULL) {
		doc_integer(&d, "broken_seq", r->broken_seq);
		doc_text(&d, "reason", r->reason);
	}
	doc_object_end(&d);
	puts(buf_string(&out));
	buf_free(&out);
}

static int
print_report(const struct verify *v)
{
	const struct audit_report *r = &v->report;

	if (v->as_json)
		print_json(r);
	else if (r->reason != NULL)
		printf("broken at row %" PRId64 ": %s (%" PRId64
		       " rows before it hold)\n",
		    r->broken_seq, r->reason,
		    r->rows < r->broken_seq ? r->rows : r->broken_seq - 1);
	else
		printf("ok: %" PRId64 " rows, head %s\n", r->rows, r->head);
	if (!v->as_json && r->reason == NULL &&
	    r->signature != AUDIT_SIGNATURE_NONE)
		printf("signature: %s\n", signatures[r->signature]);
	return r->reason == NULL ? COMMAND_DONE : COMMAND_FAILED;
}

/* Open the store and take the key, if there is one. */
static bool
open_with_key(struct verify *v, struct command_session *s)
{
	bool has_key;

	if (!command_open(s, COMMAND_DATA_EXISTING, v->data))
		return false;
	if (installation_audit_key(&s->config, v->key, &has_key, &s->failure) ==
	    ERR_NONE) {
		v->check.key = has_key ? v->key : NULL;
		return true;
	}
	command_failed(s, "cannot read the audit key");
	command_close(s);
	return false;
}

static int
run_verify(const struct command *self, int argc, char **argv)
{
	struct verify v = { 0 };
	const char *wrong = read_options(argc, argv, &v, "dhj");
	struct command_session s;
	int status = COMMAND_FAILED;

	if (wrong != NULL)
		return command_misused(self, wrong[0] == '\0' ? NULL : wrong);
	if (read_heads(&v) && open_with_key(&v, &s)) {
		if (command_run(&s, TXN_READ, verify, &v) != ERR_NONE)
			status = command_failed(&s, "cannot read the log");
		else
			status = print_report(&v);
		command_close(&s);
	}
	sodium_memzero(v.key, sizeof(v.key));
	free(v.check.anchors);
	return status;
}

static enum err
sign(struct txn *t, void *arg)
{
	const struct verify *v = arg;

	return audit_sign(t, v->key);
}

/* The signature says "I stand for these rows", so a chain that is broken, or
 * has a signature that does not fit, is signed only by force. */
static bool
may_sign(struct verify *v, struct command_session *s)
{
	if (command_run(s, TXN_READ, verify, v) != ERR_NONE) {
		command_failed(s, "cannot read the log");
		return false;
	}
	if (v->report.reason == NULL || v->force)
		return true;
	print_report(v);
	fputs("promptledger: nothing was signed; --force signs it as it is\n",
	    stderr);
	return false;
}

static int
sign_log(struct verify *v, struct command_session *s)
{
	v->check.key = NULL;
	if (!may_sign(v, s))
		return COMMAND_FAILED;
	v->check.key = v->key;
	if (v->report.signature != AUDIT_SIGNATURE_NONE && !may_sign(v, s))
		return COMMAND_FAILED;
	if (v->report.signature == AUDIT_SIGNATURE_VALID) {
		puts("The log is signed already.");
		return COMMAND_DONE;
	}
	if (command_run(s, TXN_WRITE, sign, v) != ERR_NONE)
		return command_failed(s, "cannot sign the log");
	puts("The log is signed from here on.");
	return COMMAND_DONE;
}

static int
run_sign(const struct command *self, int argc, char **argv)
{
	struct verify v = { 0 };
	const char *wrong = read_options(argc, argv, &v, "df");
	struct command_session s;
	int status = COMMAND_FAILED;

	if (wrong != NULL)
		return command_misused(self, wrong[0] == '\0' ? NULL : wrong);
	if (open_with_key(&v, &s)) {
		if (v.check.key == NULL)
			fputs("promptledger audit sign: the setting audit_key "
			      "names no file\n",
			    stderr);
		else
			status = sign_log(&v, &s);
		command_close(&s);
	}
	sodium_memzero(v.key, sizeof(v.key));
	return status;
}

const struct command audit_verify_command = {
	.name = "audit verify",
	.usage = "[--head FILE] [--json] [--data DIR]",
	.summary = "walk the audit log's chain; 1 when a row is broken",
	.run = run_verify,
};

const struct command audit_sign_command = {
	.name = "audit sign",
	.usage = "[--force] [--data DIR]",
	.summary = "begin to sign the audit log with the audit_key",
	.run = run_sign,
};
