/* SPDX-License-Identifier: MIT */
#include "domain/search.h"

#include "base/clock.h"
#include "base/fold.h"
#include "base/text.h"
#include "store/query.h"

#include <string.h>

/* Any of the trigrams finds every prompt that has them all; so many are
 * looked at, and the rarest of these are asked for.  The rest, and the common
 * ones above all, would only cost time: their lists of prompts are long. */
#define TRIGRAMS_MAX 32
#define RAREST_MAX 3

/* A phrase that no more prompts than this have is rare enough by itself. */
#define FEW 100

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
static const char *
make_phrase(struct arena *a, const char *trigram, size_t len)
{
	char *phrase = arena_alloc(a, 2 * len + 3), *to = phrase;
	size_t i;

	*to++ = '"';
	for (i = 0; i < len; i++) {
		if (trigram[i] == '"')
			*to++ = '"';
		*to++ = trigram[i];
	}
	*to = '"';
	return phrase;
}

/* The length of the trigram at text; 0 when the line ends before. */
static size_t
trigram_length(const char *text)
{
	size_t chars, len = 0;

	for (chars = 0; chars < 3; chars++) {
		if (text[len] == '\n' || text[len] == '\0')
			return 0;
		len += text_utf8_step(text + len, strlen(text + len));
	}
	return len;
}

/* Call for each trigram of the folded terms: every step-th is kept. */
static size_t
take_trigrams(
    struct arena *a, const char *folded, size_t step, const char **out)
{
	size_t len, seen = 0, count = 0;

	for (; *folded != '\0';
	     folded += text_utf8_step(folded, strlen(folded))) {
		if ((len = trigram_length(folded)) == 0 || seen++ % step != 0)
			continue;
		if (out != NULL)
			out[count] = make_phrase(a, folded, len);
		count++;
	}
	return count;
}

static void
choose_trigrams(struct arena *a, struct search_terms *terms)
{
	size_t all = take_trigrams(a, terms->folded, 1, NULL);
	size_t step = (all + TRIGRAMS_MAX - 1) / TRIGRAMS_MAX;

	terms->trigrams = arena_alloc(a, (all + 1) * sizeof(char *));
	terms->trigram_count = all == 0
	    ? 0
	    : take_trigrams(a, terms->folded, step, terms->trigrams);
}

bool
search_parse(struct arena *a, const char *text, struct search_terms *out)
{
	char *folded = arena_alloc(a, strlen(text) * FOLD_GROWTH + 1);
	const char *term = text;
	size_t len, count = 0, end = 0;

	if (text_length(text) > SEARCH_LENGTH_MAX)
		return false;
	for (; (term = next_term(term, &len)) != NULL; term += len) {
		if (++count > SEARCH_TERMS_MAX)
			return false;
		/* In the place of what parted them. */
		if (count > 1)
			folded[end++] = '\n';
		end += fold_text(term, len, folded + end);
	}
	if (count == 0)
		return false;
	folded[end] = '\0';
	out->folded = folded;
	choose_trigrams(a, out);
	return true;
}

/*
 * The search.
 */

enum err
search_count_pending(struct txn *t, int64_t max, int64_t *out)
{
	struct query q;

	query_start(&q, t, STATEMENT_SEARCH_PENDING_COUNT);
	query_integer(&q, ":limit", max);
	if (query_row(&q))
		*out = query_take_integer(&q);
	return query_end(&q);
}

enum err
search_take_hits(struct query *q, struct search_hits *out)
{
	struct search_hits hits = { 0 };
	const char **longer;
	size_t room = 0;
	enum err err;

	while (query_row(q)) {
		if (hits.count == room) {
			room = room == 0 ? 16 : room * 2;
			longer = arena_alloc(
			    txn_arena(q->txn), room * sizeof(*longer));
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

/* A phrase, and how far its prompts lie apart. */
struct gram {
	const char *phrase;
	int64_t spread; /* INT64_MAX: there are few */
};

static enum err
read_spread(struct txn *t, enum statement name, struct gram *g)
{
	int64_t spread = INT64_MAX;
	struct query q;
	enum err err;

	query_start(&q, t, name);
	query_text(&q, ":phrase", g->phrase);
	query_integer(&q, ":few", FEW);
	if (query_row(&q))
		spread = query_take_integer(&q);
	if ((err = query_end(&q)) != ERR_NONE)
		return err;
	if (spread > g->spread)
		g->spread = spread;
	return ERR_NONE;
}

/* The owner's mark; his prompts may all lie at one end of the index. */
static enum err
read_mark(struct txn *t, const char *owner_id, struct gram *out)
{
	struct query q;
	enum err err;

	query_start(&q, t, STATEMENT_SEARCH_MARK_PHRASE);
	query_text(&q, ":owner_id", owner_id);
	if (query_row(&q))
		out->phrase = query_take_text(&q);
	if ((err = query_end(&q)) != ERR_NONE ||
	    (err = read_spread(t, STATEMENT_SEARCH_SPREAD, out)) != ERR_NONE)
		return err;
	return read_spread(t, STATEMENT_SEARCH_SPREAD_BACK, out);
}

/* Keep the rarest, the most rare first. */
static void
keep_rarest(struct gram rarest[RAREST_MAX], struct gram g)
{
	struct gram other;
	size_t i;

	for (i = 0; i < RAREST_MAX; i++) {
		if (g.spread <= rarest[i].spread)
			continue;
		other = rarest[i];
		rarest[i] = g;
		g = other;
	}
}

/* What the index is asked: the rarest of the owner's mark and the trigrams;
 * whether a prompt is his and has all terms is asked of the prompt. */
static enum err
choose_match(struct txn *t, const char *owner_id,
    const struct search_terms *terms, const char **out)
{
	struct gram rarest[RAREST_MAX] = { 0 }, g = { 0 };
	enum err err;
	size_t i;

	if ((err = read_mark(t, owner_id, &g)) != ERR_NONE)
		return err;
	keep_rarest(rarest, g);
	for (i = 0; i < terms->trigram_count && rarest[0].spread != INT64_MAX;
	     i++) {
		g = (struct gram){ .phrase = terms->trigrams[i] };
		err = read_spread(t, STATEMENT_SEARCH_SPREAD, &g);
		if (err != ERR_NONE)
			return err;
		keep_rarest(rarest, g);
	}
	*out = rarest[0].phrase;
	for (i = 1; i < RAREST_MAX && rarest[i].phrase != NULL &&
	     rarest[0].spread != INT64_MAX;
	     i++)
		*out = arena_printf(
		    txn_arena(t), "%s AND %s", *out, rarest[i].phrase);
	return ERR_NONE;
}

enum err
search_is_behind(struct txn *t, bool *out)
{
	int64_t pending = 0;
	enum err err =
	    search_count_pending(t, SEARCH_PENDING_MAX + 1, &pending);

	if (err != ERR_NONE)
		return err;
	if (pending > SEARCH_PENDING_MAX)
		txn_ask_upkeep(t);
	*out = pending > SEARCH_PENDING_MAX;
	return ERR_NONE;
}

enum err
search_prompts(struct txn *t, const char *owner_id,
    const struct search_terms *terms, struct search_hits *out)
{
	const char *match = NULL;
	bool is_behind = false;
	struct query q;
	enum err err;

	if ((err = search_is_behind(t, &is_behind)) != ERR_NONE)
		return err;
	if (!is_behind && terms->trigram_count > 0 &&
	    (err = choose_match(t, owner_id, terms, &match)) != ERR_NONE)
		return err;
	if (match == NULL) {
		query_start(&q, t, STATEMENT_SEARCH_BY_OWNER);
	} else {
		query_start(&q, t, STATEMENT_SEARCH_BY_INDEX);
		query_text(&q, ":match", match);
	}
	query_text(&q, ":owner_id", owner_id);
	query_text(&q, ":terms", terms->folded);
	return search_take_hits(&q, out);
}

/*
 * Catching up.
 */

struct batch {
	int64_t time_max_us;
	bool is_urgent; /* a search has asked for it */
};

/* Bring one prompt into both indexes, or out of them. */
static enum err
settle(struct txn *t, const char *prompt_id)
{
	static const enum statement steps[] = {
		STATEMENT_SEARCH_DROP_WORDS,
		STATEMENT_WORD_SEARCH_DROP,
		STATEMENT_SEARCH_DROP_DOCUMENT,
		STATEMENT_SEARCH_ADD_DOCUMENT,
		STATEMENT_SEARCH_ADD_WORDS,
		STATEMENT_WORD_SEARCH_ADD,
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
	if ((err = search_take_hits(&q, &pending)) != ERR_NONE)
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
	return search_count_pending(t, SEARCH_PENDING_MAX + 1, count);
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
	struct arena *a = arena_try_new();
	struct failure f = { 0 };
	struct txn_call call;
	int64_t pending = 0;
	enum err err;

	*pause_ms = PAUSE_IDLE_MS;
	if (a == NULL)
		return ERR_INTERNAL;
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
