/* SPDX-License-Identifier: MIT */
#include "domain/audit.h"

#include "base/text.h"
#include "store/query.h"

#include <stdlib.h>
#include <string.h>

/* The bytes of the row's next column; false when they are not that many. */
static bool
take_bytes(struct query *q, unsigned char *out, size_t size)
{
	size_t len;
	const unsigned char *bytes = query_take_blob(q, &len);

	if (bytes == NULL || len != size)
		return false;
	memcpy(out, bytes, size);
	return true;
}

/*
 * The head and its signature.
 */

static enum err
find_head(struct txn *t, struct audit_head *out)
{
	struct query q;
	bool found;

	query_start(&q, t, STATEMENT_AUDIT_HEAD);
	found = query_row(&q) &&
	    take_bytes(&q, out->seal.genesis, sizeof(out->seal.genesis));
	if (found) {
		out->seal.seq = query_take_integer(&q);
		found = take_bytes(&q, out->seal.hash, sizeof(out->seal.hash));
		out->at_ms = query_take_integer(&q);
	}
	if (query_end(&q) != ERR_NONE)
		return q.err;
	return found
	    ? ERR_NONE
	    : txn_fail(t, ERR_INTERNAL, NULL, "the genesis is missing");
}

static enum err
find_signature(struct txn *t, struct audit_head *out)
{
	struct query q;

	query_start(&q, t, STATEMENT_AUDIT_SIGNATURE_FIND);
	if (query_row(&q)) {
		out->is_signed = true;
		out->signed_seq = query_take_integer(&q);
		/* One of another length fits nothing, as any wrong one. */
		(void)take_bytes(&q, out->key_id, sizeof(out->key_id));
		(void)take_bytes(&q, out->mac, sizeof(out->mac));
	}
	return query_end(&q);
}

enum err
audit_head_find(struct txn *t, struct audit_head *out)
{
	struct audit_head head = { 0 };
	enum err err;

	if ((err = find_head(t, &head)) != ERR_NONE ||
	    (err = find_signature(t, &head)) != ERR_NONE)
		return err;
	*out = head;
	return ERR_NONE;
}

/*
 * The walk.
 */

struct walk {
	struct audit_check *check;
	struct audit_report report;
	struct audit_head stored;
	struct seal_head head; /* the last row that holds */
	bool signature_fits;
	size_t anchors_passed;
};

static int
compare_anchors(const void *a, const void *b)
{
	const struct audit_anchor *x = a, *y = b;

	return (x->seq > y->seq) - (x->seq < y->seq);
}

static void
set_broken(struct walk *w, int64_t seq, const char *reason)
{
	w->report.broken_seq = seq;
	w->report.reason = reason;
}

/* Is the last row what was noted of it elsewhere? */
static void
check_anchors(struct walk *w)
{
	const struct audit_anchor *a;

	while (w->anchors_passed < w->check->anchor_count) {
		a = &w->check->anchors[w->anchors_passed];
		if (a->seq > w->head.seq)
			return;
		w->anchors_passed++;
		if (a->seq == w->head.seq &&
		    memcmp(a->hash, w->head.hash, sizeof(a->hash)) == 0)
			continue;
		set_broken(w, a->seq, "it is not the row that was noted");
		return;
	}
}

/* Is the last row the one that was signed? */
static void
check_signature(struct walk *w)
{
	if (w->check->key != NULL && w->stored.is_signed &&
	    w->stored.signed_seq == w->head.seq)
		w->signature_fits =
		    seal_fits(w->check->key, &w->head, w->stored.mac);
}

/* Does the row follow on the last one? */
static void
check_row(struct walk *w, struct query *q)
{
	unsigned char prev[SEAL_HASH_BYTES], hash[SEAL_HASH_BYTES],
	    computed[SEAL_HASH_BYTES];
	int64_t seq = query_take_integer(q);

	if (!take_bytes(q, prev, sizeof(prev)) ||
	    !take_bytes(q, hash, sizeof(hash)) ||
	    !take_bytes(q, computed, sizeof(computed)))
		set_broken(w, seq, "a hash is missing");
	else if (seq != w->head.seq + 1)
		set_broken(w, seq, "rows are missing before it");
	else if (memcmp(prev, w->head.hash, sizeof(prev)) != 0)
		set_broken(w, seq, "it does not follow on the row before it");
	else if (memcmp(hash, computed, sizeof(hash)) != 0)
		set_broken(w, seq, "its content is not what was hashed");
	if (w->report.reason != NULL)
		return;
	w->head.seq = seq;
	memcpy(w->head.hash, hash, sizeof(hash));
	check_anchors(w);
	check_signature(w);
}

static enum err
walk_rows(struct walk *w, struct txn *t, struct query *q)
{
	struct arena_mark mark = arena_mark(txn_arena(t));

	while (w->report.reason == NULL && query_row(q)) {
		check_row(w, q);
		arena_rewind(txn_arena(t), mark);
		if (w->report.reason != NULL)
			break;
		w->report.rows++;
		if (w->check->step != NULL)
			w->check->step(w->check->step_arg, w->report.rows);
	}
	return query_end(q);
}

/* Begin the walk behind a row that is taken for granted. */
static enum err
skip_to(struct walk *w, struct txn *t, int64_t seq)
{
	struct query q;
	bool found;

	w->head.seq = seq;
	query_start(&q, t, STATEMENT_AUDIT_HASH_AT);
	query_integer(&q, ":seq", seq);
	found =
	    query_row(&q) && take_bytes(&q, w->head.hash, sizeof(w->head.hash));
	if (query_end(&q) == ERR_NONE && !found)
		set_broken(w, seq, "it is missing");
	return q.err;
}

enum err
audit_verify_end(struct txn *t, int64_t rows, struct audit_report *out)
{
	struct audit_check none = { 0 };
	struct walk w = { .check = &none };
	struct query q;
	enum err err;

	if ((err = audit_head_find(t, &w.stored)) != ERR_NONE)
		return err;
	memcpy(w.head.hash, w.stored.seal.genesis, SEAL_HASH_BYTES);
	if (w.stored.seal.seq > rows &&
	    (err = skip_to(&w, t, w.stored.seal.seq - rows)) != ERR_NONE)
		return err;
	query_start(&q, t, STATEMENT_AUDIT_WALK_AFTER);
	query_integer(&q, ":after", w.head.seq);
	if ((err = walk_rows(&w, t, &q)) != ERR_NONE)
		return err;
	text_hex(w.head.hash, SEAL_HASH_BYTES, w.report.head);
	*out = w.report;
	return ERR_NONE;
}

/* The whole chain holds: is it the whole log? */
static void
check_end(struct walk *w)
{
	const struct audit_head *stored = &w->stored;
	const struct audit_check *check = w->check;
	unsigned char key_id[SEAL_KEY_ID_BYTES];

	if (w->anchors_passed < check->anchor_count)
		set_broken(w, w->head.seq + 1,
		    "it was noted elsewhere and is missing");
	if (check->key == NULL)
		return;
	/* Whoever cuts a signed log can cut the signature away, too. */
	if (!stored->is_signed && w->report.reason == NULL)
		set_broken(w, w->head.seq, "it is not signed");
	if (!stored->is_signed)
		return;
	w->report.signature = AUDIT_SIGNATURE_BROKEN;
	if (w->report.reason != NULL)
		return;
	seal_key_id(check->key, key_id);
	if (memcmp(key_id, stored->key_id, sizeof(key_id)) != 0)
		set_broken(w, w->head.seq, "it is signed by another key");
	else if (stored->signed_seq > w->head.seq)
		set_broken(w, w->head.seq + 1, "it was signed and is missing");
	else if (!w->signature_fits)
		set_broken(
		    w, stored->signed_seq, "it is not the row that was signed");
	else if (stored->signed_seq < w->head.seq)
		set_broken(w, stored->signed_seq + 1, "it is not signed");
	else
		w->report.signature = AUDIT_SIGNATURE_VALID;
}

enum err
audit_verify(struct txn *t, struct audit_check *check, struct audit_report *out)
{
	struct audit_check none = { 0 };
	struct walk w = { .check = check == NULL ? &none : check };
	struct query q;
	enum err err;

	if ((err = audit_head_find(t, &w.stored)) != ERR_NONE)
		return err;
	if (w.check->anchor_count > 0)
		qsort(w.check->anchors, w.check->anchor_count,
		    sizeof(w.check->anchors[0]), compare_anchors);
	memcpy(w.head.genesis, w.stored.seal.genesis, SEAL_HASH_BYTES);
	memcpy(w.head.hash, w.stored.seal.genesis, SEAL_HASH_BYTES);
	if (w.stored.is_signed)
		w.report.signature = AUDIT_SIGNATURE_UNCHECKED;
	check_anchors(&w);
	check_signature(&w);
	query_start(&q, t, STATEMENT_AUDIT_WALK);
	if ((err = walk_rows(&w, t, &q)) != ERR_NONE)
		return err;
	if (w.report.reason == NULL)
		check_end(&w);
	text_hex(w.head.hash, sizeof(w.head.hash), w.report.head);
	*out = w.report;
	return ERR_NONE;
}

/*
 * The rows themselves.
 */

static void
take_row(struct query *q, struct audit_row *out)
{
	const unsigned char *hash;
	size_t len;

	out->seq = query_take_integer(q);
	out->at_ms = query_take_integer(q);
	out->actor_id = query_take_text(q);
	out->actor_kind = query_take_text(q);
	out->token_id = query_take_text(q);
	out->request_id = query_take_text(q);
	out->family = query_take_text(q);
	out->entity = query_take_text(q);
	out->entity_id = query_take_text(q);
	out->prompt_id = query_take_text(q);
	out->action = query_take_text(q);
	out->changes = query_take_text(q);
	hash = query_take_blob(q, &len);
	out->hash[0] = '\0';
	if (len == SEAL_HASH_BYTES)
		text_hex(hash, len, out->hash);
}

enum err
audit_list(struct txn *t, const struct audit_filter *filter,
    bool (*show)(void *arg, const struct audit_row *row), void *arg)
{
	struct arena_mark mark = arena_mark(txn_arena(t));
	struct audit_row row;
	struct query q;

	query_start(&q, t,
	    filter->order == AUDIT_OLDEST_FIRST ? STATEMENT_AUDIT_SHOW_OLDEST
						: STATEMENT_AUDIT_SHOW_NEWEST);
	query_text(&q, ":entity", filter->entity);
	query_text(&q, ":entity_id", filter->entity_id);
	query_text(&q, ":prompt_id", filter->prompt_id);
	query_text(&q, ":actor_id", filter->actor_id);
	query_text(&q, ":action", filter->action);
	query_text(&q, ":family", filter->family);
	query_integer(&q, ":since", filter->since_ms);
	query_integer(&q, ":until", filter->until_ms);
	query_integer(&q, ":limit", filter->limit);
	while (query_row(&q)) {
		take_row(&q, &row);
		if (!show(arg, &row))
			break;
		arena_rewind(txn_arena(t), mark);
	}
	return query_end(&q);
}

/*
 * The operator's deeds.
 */

enum err
audit_note(struct txn *t, const char *action, const char *changes)
{
	struct query q;

	query_start(&q, t, STATEMENT_AUDIT_NOTE);
	query_text(&q, ":action", action);
	query_text(&q, ":changes", changes);
	return query_run(&q);
}

/* "old" is null for a log that was not signed. */
static const char *
describe_signing(struct txn *t, const struct audit_head *before,
    const unsigned char key_id[SEAL_KEY_ID_BYTES])
{
	char old[2 * SEAL_KEY_ID_BYTES + 1], new[sizeof(old)];

	text_hex(before->key_id, SEAL_KEY_ID_BYTES, old);
	text_hex(key_id, SEAL_KEY_ID_BYTES, new);
	return arena_printf(txn_arena(t),
	    "{\"audit_key\":{\"old\":%s%s%s,\"new\":\"%s\"}}",
	    before->is_signed ? "\"" : "", before->is_signed ? old : "null",
	    before->is_signed ? "\"" : "", new);
}

enum err
audit_sign(struct txn *t, const unsigned char key[SEAL_KEY_BYTES])
{
	unsigned char key_id[SEAL_KEY_ID_BYTES], mac[SEAL_MAC_BYTES];
	struct audit_head head;
	struct query q;
	enum err err;

	seal_key_id(key, key_id);
	if ((err = audit_head_find(t, &head)) != ERR_NONE ||
	    (err = audit_note(t, "SIGN", describe_signing(t, &head, key_id))) !=
		ERR_NONE ||
	    (err = audit_head_find(t, &head)) != ERR_NONE)
		return err;
	seal_make(key, &head.seal, mac);
	query_start(&q, t, STATEMENT_AUDIT_SIGNATURE_WRITE);
	query_integer(&q, ":seq", head.seal.seq);
	query_blob(&q, ":key_id", key_id, sizeof(key_id));
	query_blob(&q, ":mac", mac, sizeof(mac));
	return query_run(&q);
}
