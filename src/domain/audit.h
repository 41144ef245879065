/* SPDX-License-Identifier: MIT */
/*
 * audit: reads the audit log, which the triggers write, tells whether it is
 * whole, and puts the operator's own deeds into it.  docs/AUDIT.md says what
 * each check proves.
 */
#ifndef DOMAIN_AUDIT_H
#define DOMAIN_AUDIT_H

#include "base/seal.h"
#include "store/txn.h"

#include <stddef.h>
#include <stdint.h>

/* A row that was noted elsewhere; seq 0 stands for the genesis. */
struct audit_anchor {
	int64_t seq;
	unsigned char hash[SEAL_HASH_BYTES];
};

/* What a walk is held against, beside the chain itself.  With a key a log that
 * is not signed does not hold. */
struct audit_check {
	const unsigned char *key;     /* SEAL_KEY_BYTES, or NULL */
	struct audit_anchor *anchors; /* in any order; they get sorted */
	size_t anchor_count;
	void (*step)(void *arg, int64_t rows); /* after each row, or NULL */
	void *step_arg;
};

enum audit_signature {
	AUDIT_SIGNATURE_NONE,
	AUDIT_SIGNATURE_UNCHECKED, /* there is one, and no key */
	AUDIT_SIGNATURE_VALID,
	AUDIT_SIGNATURE_BROKEN, /* the report's reason says how */
};

/* How a walk over the chain ended. */
struct audit_report {
	int64_t rows;       /* that hold, counted from the first */
	int64_t broken_seq; /* the first row that does not; 0: all hold */
	const char *reason; /* why; NULL when all hold */
	char head[65];      /* the last good row's hash, hexadecimal */
	enum audit_signature signature;
};

/* Walk the chain from its first row.  Finds every changed, removed, added or
 * reordered row; with the key or anchors also a log that was cut or written
 * anew.  check NULL: the chain alone. */
enum err audit_verify(
    struct txn *t, struct audit_check *check, struct audit_report *out);

/* The same for its last rows only, the chain alone; quick in a log of any
 * length, and proof of nothing that lies before them. */
enum err audit_verify_end(
    struct txn *t, int64_t rows, struct audit_report *out);

/* Where the log stands, to be noted elsewhere. */
struct audit_head {
	struct seal_head seal;
	int64_t at_ms; /* of the last row; 0 when there is none */
	bool is_signed;
	int64_t signed_seq;
	unsigned char key_id[SEAL_KEY_ID_BYTES];
	unsigned char mac[SEAL_MAC_BYTES];
};

enum err audit_head_find(struct txn *t, struct audit_head *out);

/* One row as a person is shown it. */
struct audit_row {
	int64_t seq;
	int64_t at_ms;
	const char *actor_id;
	const char *actor_kind;
	const char *token_id; /* or NULL */
	const char *request_id;
	const char *family;
	const char *entity;
	const char *entity_id;
	const char *prompt_id; /* or NULL */
	const char *action;
	const char *changes; /* JSON, unless somebody tampered with it */
	char hash[65];
};

enum audit_order { AUDIT_NEWEST_FIRST, AUDIT_OLDEST_FIRST };

/* Which rows; NULL: any. */
struct audit_filter {
	const char *entity;
	const char *entity_id;
	const char *prompt_id;
	const char *actor_id;
	const char *action;
	const char *family;
	int64_t since_ms; /* from here on */
	int64_t until_ms; /* before this */
	int64_t limit;    /* -1: all */
	enum audit_order order;
};

/* Hand each row to show, whose memory it is until show returns; show returns
 * false to end the list. */
enum err audit_list(struct txn *t, const struct audit_filter *filter,
    bool (*show)(void *arg, const struct audit_row *row), void *arg);

/* Write down what the operator did to the whole installation: action such as
 * RESTORE, changes a JSON object. */
enum err audit_note(struct txn *t, const char *action, const char *changes);

/* Sign the log with the key, whatever signature it has, and write that down.
 * The caller has verified the chain. */
enum err audit_sign(struct txn *t, const unsigned char key[SEAL_KEY_BYTES]);

#endif
