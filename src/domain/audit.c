/* SPDX-License-Identifier: MIT */
#include "domain/audit.h"

#include "base/text.h"
#include "store/query.h"

#include <string.h>

#define HASH_BYTES 32

/* The bytes of the row's next column; false when they are no hash. */
static bool
take_hash(struct query *q, unsigned char out[HASH_BYTES])
{
	size_t len;
	const unsigned char *bytes = query_take_blob(q, &len);

	if (bytes == NULL || len != HASH_BYTES)
		return false;
	memcpy(out, bytes, HASH_BYTES);
	return true;
}

static enum err
find_genesis(struct txn *t, unsigned char out[HASH_BYTES])
{
	struct query q;
	bool found;

	query_start(&q, t, STATEMENT_AUDIT_GENESIS);
	found = query_row(&q) && take_hash(&q, out);
	if (query_end(&q) != ERR_NONE)
		return q.err;
	return found
	    ? ERR_NONE
	    : txn_fail(t, ERR_INTERNAL, NULL, "the genesis is missing");
}

/* Why the row does not follow on head; NULL when it does, and head is its
 * hash then. */
static const char *
check_row(struct query *q, int64_t seq, int64_t expected_seq,
    unsigned char head[HASH_BYTES])
{
	unsigned char prev[HASH_BYTES], hash[HASH_BYTES], computed[HASH_BYTES];

	if (!take_hash(q, prev) || !take_hash(q, hash) ||
	    !take_hash(q, computed))
		return "a hash is missing";
	if (seq != expected_seq)
		return "rows are missing before it";
	if (memcmp(prev, head, HASH_BYTES) != 0)
		return "it does not follow on the row before it";
	if (memcmp(hash, computed, HASH_BYTES) != 0)
		return "its content is not what was hashed";
	memcpy(head, hash, HASH_BYTES);
	return NULL;
}

enum err
audit_verify(struct txn *t, struct audit_report *out)
{
	struct audit_report report = { 0 };
	unsigned char head[HASH_BYTES];
	struct query q;
	int64_t seq;
	enum err err;

	if ((err = find_genesis(t, head)) != ERR_NONE)
		return err;
	query_start(&q, t, STATEMENT_AUDIT_WALK);
	while (report.reason == NULL && query_row(&q)) {
		seq = query_take_integer(&q);
		report.reason = check_row(&q, seq, report.rows + 1, head);
		if (report.reason == NULL)
			report.rows++;
		else
			report.broken_seq = seq;
	}
	if ((err = query_end(&q)) != ERR_NONE)
		return err;
	text_hex(head, sizeof(head), report.head);
	*out = report;
	return ERR_NONE;
}
