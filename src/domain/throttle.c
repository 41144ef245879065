/* SPDX-License-Identifier: MIT */
#include "domain/throttle.h"

#include "store/query.h"

#include <inttypes.h>
#include <sodium.h>
#include <string.h>

struct stock {
	unsigned char key[crypto_hash_sha256_BYTES];
	bool is_stored;
	int64_t full_at;
	int64_t try_ms; /* what one try costs */
};

/* The deed's closing zero keeps it apart from the subject. */
static void
make_key(const char *deed, const char *subject,
    unsigned char out[crypto_hash_sha256_BYTES])
{
	crypto_hash_sha256_state state;

	crypto_hash_sha256_init(&state);
	crypto_hash_sha256_update(
	    &state, (const unsigned char *)deed, strlen(deed) + 1);
	crypto_hash_sha256_update(
	    &state, (const unsigned char *)subject, strlen(subject));
	crypto_hash_sha256_final(&state, out);
}

/* Subject's stock; ERR_THROTTLED when no try is left in it. */
static enum err
find_stock(struct txn *t, const struct throttle *rule, const char *subject,
    struct stock *out)
{
	int64_t now = txn_now(t), wait_ms;
	struct query q;
	enum err err;

	*out = (struct stock){
		.full_at = now,
		.try_ms = rule->window_ms / rule->tries,
	};
	make_key(rule->deed, subject, out->key);
	query_start(&q, t, STATEMENT_THROTTLE_FIND);
	query_blob(&q, ":key", out->key, sizeof(out->key));
	if ((out->is_stored = query_row(&q)))
		out->full_at = query_take_integer(&q);
	if ((err = query_end(&q)) != ERR_NONE)
		return err;
	if (out->full_at < now)
		out->full_at = now;
	wait_ms = out->full_at - now + out->try_ms - rule->window_ms;
	if (wait_ms <= 0)
		return ERR_NONE;
	return txn_fail(t, ERR_THROTTLED, NULL,
	    arena_printf(txn_arena(t), "%" PRId64, (wait_ms + 999) / 1000));
}

static bool
limits(const struct throttle *rule, const char *subject)
{
	return rule->tries > 0 && subject != NULL && subject[0] != '\0';
}

enum err
throttle_check(struct txn *t, const struct throttle *rule, const char *subject)
{
	struct stock stock;

	return limits(rule, subject) ? find_stock(t, rule, subject, &stock)
				     : ERR_NONE;
}

enum err
throttle_take(struct txn *t, const struct throttle *rule, const char *subject)
{
	struct stock stock;
	struct query q;
	enum err err;

	if (!limits(rule, subject))
		return ERR_NONE;
	if ((err = find_stock(t, rule, subject, &stock)) != ERR_NONE)
		return err;
	query_start(&q, t,
	    stock.is_stored ? STATEMENT_THROTTLE_UPDATE
			    : STATEMENT_THROTTLE_INSERT);
	query_blob(&q, ":key", stock.key, sizeof(stock.key));
	query_integer(&q, ":full_at", stock.full_at + stock.try_ms);
	if ((err = query_run(&q)) != ERR_NONE)
		return err;
	/* Stocks that are full again need no row. */
	query_start(&q, t, STATEMENT_THROTTLE_PURGE);
	query_integer(&q, ":now", txn_now(t));
	return query_run(&q);
}
