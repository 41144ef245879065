/* SPDX-License-Identifier: MIT */
#include "domain/search.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/fold.h"
#include "base/text.h"
#include "store/query.h"

#include <string.h>

/* Any part of a term's trigrams finds every prompt that has it; more of them
 * only spare looking at others in vain. */
#define TRIGRAMS_MAX 64

/* A batch ends when it has this many prompts, has run this long (short when
 * it does not give way), or a write waits for its end. */
#define BATCH_PROMPTS_MAX 2000
#define BATCH_TIME_MAX_US 100000
#define BATCH_TIME_URGENT_US 15000

/* Until the next batch: when nothing is pending or others write, and between
 * those that do not give way, which take a quarter of the writers' time. */
#define PAUSE_IDLE_MS 1000
#define PAUSE_URGENT_MS 45

/*
 * What is looked for.
 */

static bool
parts_terms(uint32_t c)
{
	return c < 0x20 || c == 0x7f || text_is_space(c);
}

/* Where the first term at or behind text begins, and its length. */
static const char *
next_term(const char *text, size_t *len)
{
	const char *start = NULL;
	size_t step;

	*len = 0;
	for (; *text != '\0'; text += step) {
		step = text_utf8_step(text, strlen(text));
		if (!parts_terms(text_utf8_decode(text, step))) {
			if (start == NULL)
				start = text;
			*len += step;
		} else if (start != NULL) {
			break;
		}
	}
	return start;
}

/* One trigram of len bytes as a string of FTS5's query language, which is the
 * only way that what a client sent gets there. */
static void
add_trigram(struct buf *out, const char *trigram, size_t len)
{
	size_t i;

	buf_text(out, " AND \"");
	for (i = 0; i < len; i++) {
		if (trigram[i] == '"')
			buf_char(out, '"');
		buf_char(out, trigram[i]);
	}
	buf_char(out, '"');
}

/* The trigrams of the folded terms, from line to line. */
static void
add_trigrams(struct buf *out, const char *folded)
{
	const char *first = folded, *at = folded;
	size_t step, back, chars = 0, count = 0;

	for (; *at != '\0' && count < TRIGRAMS_MAX; at += step) {
		step = text_utf8_step(at, strlen(at));
		if (*at == '\n') {
			first = at + 1;
			chars = 0;
			continue;
		}
		if (++chars < 3)
			continue;
		add_trigram(out, first, (size_t)(at - first) + step);
		back = text_utf8_step(first, strlen(first));
		first += back;
		count++;
	}
}

static void
free_buf(void *buf)
{
	buf_free(buf);
}

static struct buf *
new_buf(struct arena *a)
{
	struct buf *b = arena_alloc(a, sizeof(*b));

	buf_init(b, (size_t)SEARCH_LENGTH_MAX * 64);
	arena_on_reset(a, free_buf, b);
	return b;
}

bool
search_parse(struct arena *a, const char *text, struct search_terms *out)
{
	struct buf *folded, *trigrams;
	const char *term = text;
	size_t len, count = 0;
	char *piece;

	if (text_length(text) > SEARCH_LENGTH_MAX)
		return false;
	folded = new_buf(a);
	trigrams = new_buf(a);
	for (; (term = next_term(term, &len)) != NULL; term += len) {
		if (++count > SEARCH_TERMS_MAX)
			return false;
		if (count > 1)
			buf_char(folded, '\n');
		piece = arena_alloc(a, len * FOLD_GROWTH);
		buf_add(folded, piece, fold_text(term, len, piece));
	}
	if (count == 0)
		return false;
	add_trigrams(trigrams, buf_string(folded));
	if (buf_failed(folded) || buf_failed(trigrams))
		return false;
	out->folded = buf_string(folded);
	out->trigrams = buf_string(trigrams);
	return true;
}

/*
 * The search.
 */

static enum err
count_pending(struct txn *t, int64_t *out)
{
	struct query q;
	enum err err;

	query_start(&q, t, STATEMENT_SEARCH_PENDING_COUNT);
	query_integer(&q, ":limit", SEARCH_PENDING_MAX + 1);
	if (query_row(&q))
		*out = query_take_integer(&q);
	if ((err = query_end(&q)) != ERR_NONE)
		return err;
	return ERR_NONE;
}

/* Take the ids that a query answers. */
static enum err
take_ids(struct query *q, struct arena *a, struct search_hits *out)
{
	struct search_hits hits = { 0 };
	const char **longer;
	size_t room = 0;
	enum err err;

	while (query_row(q)) {
		if (hits.count == room) {
			room = room == 0 ? 16 : room * 2;
			longer = arena_alloc(a, room * sizeof(*longer));
			if (hits.count > 0)
				memcpy(longer, hits.ids,
				    hits.count * sizeof(*longer));
			hits.ids = longer;
		}
		hits.ids[hits.count++] = query_take_text(q);
	}
	if ((err = query_end(q)) != ERR_NONE)
		return err;
	*out = hits;
	return ERR_NONE;
}

enum err
search_prompts(struct txn *t, const char *owner_id,
    const struct search_terms *terms, struct search_hits *out)
{
	int64_t pending = 0;
	struct query q;
	enum err err;

	if ((err = count_pending(t, &pending)) != ERR_NONE)
		return err;
	if (pending > SEARCH_PENDING_MAX)
		txn_ask_upkeep(t);
	if (pending > SEARCH_PENDING_MAX || terms->trigrams[0] == '\0') {
		query_start(&q, t, STATEMENT_SEARCH_BY_OWNER);
	} else {
		query_start(&q, t, STATEMENT_SEARCH_BY_INDEX);
		query_text(&q, ":trigrams", terms->trigrams);
	}
	query_text(&q, ":owner_id", owner_id);
	query_text(&q, ":terms", terms->folded);
	return take_ids(&q, txn_arena(t), out);
}

/*
 * Catching up.
 */

struct batch {
	int64_t time_max_us;
	bool is_urgent; /* a search has asked for it */
};

/* Bring one prompt into the index, or out of it. */
static enum err
settle(struct txn *t, const char *prompt_id)
{
	static const enum statement steps[] = {
		STATEMENT_SEARCH_DROP_WORDS,
		STATEMENT_SEARCH_DROP_DOCUMENT,
		STATEMENT_SEARCH_ADD_DOCUMENT,
		STATEMENT_SEARCH_ADD_WORDS,
		STATEMENT_SEARCH_SETTLE,
	};
	struct query q;
	enum err err;
	size_t i;

	for (i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		query_start(&q, t, steps[i]);
		query_text(&q, ":prompt_id", prompt_id);
		if ((err = query_run(&q)) != ERR_NONE)
			return err;
	}
	return ERR_NONE;
}

static enum err
run_batch(struct txn *t, void *batch)
{
	int64_t start_us = clock_steady_us();
	struct batch *b = batch;
	struct search_hits pending;
	struct query q;
	enum err err;
	size_t i;

	query_start(&q, t, STATEMENT_SEARCH_PENDING_LIST);
	query_integer(&q, ":limit", BATCH_PROMPTS_MAX);
	if ((err = take_ids(&q, txn_arena(t), &pending)) != ERR_NONE)
		return err;
	for (i = 0; i < pending.count; i++) {
		if (i > 0 &&
		    (txn_is_awaited(t) ||
			clock_steady_us() - start_us > b->time_max_us))
			break;
		if ((err = settle(t, pending.ids[i])) != ERR_NONE)
			return err;
	}
	/* Who asked has not got what he asked for yet. */
	if (b->is_urgent && pending.count - i > SEARCH_PENDING_MAX)
		txn_ask_upkeep(t);
	return ERR_NONE;
}

static enum err
look_for_pending(struct txn *t, void *count)
{
	return count_pending(t, count);
}

enum err
search_catch_up(struct store *s, int64_t *pause_ms)
{
	bool is_urgent = store_take_upkeep(s);
	struct batch b = {
		.time_max_us =
		    is_urgent ? BATCH_TIME_URGENT_US : BATCH_TIME_MAX_US,
		.is_urgent = is_urgent,
	};
	struct arena *a = arena_new();
	struct failure f = { 0 };
	struct txn_call call;
	int64_t pending = 0;
	enum err err;

	*pause_ms = PAUSE_IDLE_MS;
	txn_call_init(&call, a, &f);
	call.actor = (struct txn_actor){
		.id = "system",
		.kind = "system",
		.request_id = "search",
		.family = "search",
	};
	/* A look costs no lock and no fsync. */
	err = txn_run(s, TXN_READ, look_for_pending, &pending, &call);
	if (err != ERR_NONE || pending == 0)
		goto done;
	err = is_urgent ? txn_run(s, TXN_WRITE, run_batch, &b, &call)
			: txn_run_upkeep(s, run_batch, &b, &call);
	if (err == ERR_NONE)
		*pause_ms = is_urgent ? PAUSE_URGENT_MS : 0;
done:
	arena_free(a);
	return err;
}
