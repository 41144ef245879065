/* SPDX-License-Identifier: MIT */
#include "api/metrics.h"

#include "api/family.h"
#include "base/tally.h"
#include "base/text.h"
#include "store/store.h"
#include "wire/exposition.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* In microseconds. */
static const uint64_t times[] = { 500, 1000, 2500, 5000, 10000, 25000, 50000,
	100000, 250000, 500000, 1000000, 2500000, 5000000 };
#define TIMES COUNT(times)

static const uint64_t sizes[] = { 1, 2, 4, 8, 16, 32, 64, 128 };
#define SIZES COUNT(sizes)

/* The frequent ones first.  What is missing counts as the last, "other". */
static const int statuses[] = { 200, 304, 201, 204, 404, 401, 206, 400, 403,
	409, 412, 422, 429, 405, 413, 414, 415, 416, 500, 501, 503, 507, 0 };
#define STATUSES COUNT(statuses)

/* The numbers of the tally: first those of the store, then a block for every
 * route and one for each family's requests without a route. */
enum {
	UPLOAD_BYTES,
	COMMITS,
	COMMIT_FAILURES,
	TURNS_MISSED,
	GROUP_SUM,
	GROUP_BUCKETS,
	TURN_SUM = GROUP_BUCKETS + SIZES + 1,
	TURN_BUCKETS,
	ROUTES = TURN_BUCKETS + TIMES + 1,
};

enum {
	ROUTE_STATUSES,
	ROUTE_SUM = STATUSES,
	ROUTE_BUCKETS,
	ROUTE_BLOCK = ROUTE_BUCKETS + TIMES + 1,
};

struct metrics {
	struct tally *tally;
};

/*
 * Which numbers are whose.
 */

/* Where the block of a route begins; of the requests without one when route
 * is NULL. */
static size_t
find_block(const struct family *family, const struct route *route)
{
	const struct family *const *f = family_list();
	size_t before = 0;

	for (; *f != family; f++)
		before += (*f)->route_count + 1;
	before += route == NULL ? family->route_count
				: (size_t)(route - family->routes);
	return ROUTES + before * ROUTE_BLOCK;
}

static size_t
count_numbers(void)
{
	const struct family *const *f = family_list();
	size_t blocks = 0;

	for (; *f != NULL; f++)
		blocks += (*f)->route_count + 1;
	return ROUTES + blocks * ROUTE_BLOCK;
}

static void
hash_text(crypto_hash_sha256_state *state, const char *text)
{
	crypto_hash_sha256_update(
	    state, (const unsigned char *)text, strlen(text) + 1);
}

/* What tells a program with other numbers apart. */
static uint64_t
hash_layout(void)
{
	const struct family *const *f = family_list();
	unsigned char hash[crypto_hash_sha256_BYTES];
	crypto_hash_sha256_state state;
	uint64_t layout;
	size_t i;

	crypto_hash_sha256_init(&state);
	hash_text(&state, "1");
	crypto_hash_sha256_update(
	    &state, (const unsigned char *)times, sizeof(times));
	crypto_hash_sha256_update(
	    &state, (const unsigned char *)sizes, sizeof(sizes));
	crypto_hash_sha256_update(
	    &state, (const unsigned char *)statuses, sizeof(statuses));
	for (; *f != NULL; f++) {
		hash_text(&state, (*f)->name);
		for (i = 0; i < (*f)->route_count; i++) {
			hash_text(&state,
			    request_method_name((*f)->routes[i].method));
			hash_text(&state, (*f)->routes[i].path);
		}
	}
	crypto_hash_sha256_final(&state, hash);
	memcpy(&layout, hash, sizeof(layout));
	return layout;
}

enum err
metrics_open(const char *dir, struct metrics **out, struct failure *f)
{
	struct metrics *m = malloc(sizeof(*m));
	enum err err;

	if (m == NULL)
		return err_fail(f, ERR_INTERNAL, NULL, "out of memory");
	err = tally_open(
	    dir, "metrics", hash_layout(), count_numbers(), &m->tally, f);
	if (err != ERR_NONE)
		free(m);
	else
		*out = m;
	return err;
}

void
metrics_close(struct metrics *m)
{
	if (m == NULL)
		return;
	tally_close(m->tally);
	free(m);
}

/*
 * Counting.
 */

static void
count_turn(void *metrics, int64_t waited_us, bool taken)
{
	const struct metrics *m = metrics;

	if (!taken) {
		tally_add(m->tally, TURNS_MISSED, 1);
		return;
	}
	tally_add(m->tally, TURN_SUM, (uint64_t)waited_us);
	tally_add(m->tally,
	    TURN_BUCKETS + exposition_bucket(times, TIMES, (uint64_t)waited_us),
	    1);
}

static void
count_group(void *metrics, size_t writes, bool committed)
{
	const struct metrics *m = metrics;

	if (!committed) {
		tally_add(m->tally, COMMIT_FAILURES, 1);
		return;
	}
	tally_add(m->tally, COMMITS, 1);
	tally_add(m->tally, GROUP_SUM, writes);
	tally_add(m->tally,
	    GROUP_BUCKETS + exposition_bucket(sizes, SIZES, writes), 1);
}

void
metrics_watch(struct metrics *m, struct store *s)
{
	const struct store_observer observer = {
		.turn = count_turn,
		.group = count_group,
		.arg = m,
	};

	store_observe(s, &observer);
}

static size_t
find_status(int status)
{
	size_t i = 0;

	while (i < STATUSES - 1 && statuses[i] != status)
		i++;
	return i;
}

void
metrics_count(struct metrics *m, const struct call *c, int64_t took_us)
{
	size_t block = find_block(c->family, c->route);

	tally_add(m->tally,
	    block + ROUTE_STATUSES + find_status(c->reply->status), 1);
	tally_add(m->tally, block + ROUTE_SUM, (uint64_t)took_us);
	tally_add(m->tally,
	    block + ROUTE_BUCKETS +
		exposition_bucket(times, TIMES, (uint64_t)took_us),
	    1);
	if (c->received > 0)
		tally_add(m->tally, UPLOAD_BYTES, (uint64_t)c->received);
}

/*
 * Showing.
 */

/* What all samples of a block have in common, ended by a row without a name
 * that may be filled. */
struct route_labels {
	struct exposition_label list[5];
};

static struct route_labels
label_route(const struct family *f, const struct route *r)
{
	return (struct route_labels){ {
	    { "family", f->name },
	    { "method", r == NULL ? "none" : request_method_name(r->method) },
	    { "route", r == NULL ? "none" : r->path },
	} };
}

typedef void show_fn(const struct metrics *m, const struct family *f,
    const struct route *r, struct buf *out);

static void
for_each_block(const struct metrics *m, show_fn *show, struct buf *out)
{
	const struct family *const *f = family_list();
	size_t i;

	for (; *f != NULL; f++) {
		for (i = 0; i < (*f)->route_count; i++)
			show(m, *f, &(*f)->routes[i], out);
		show(m, *f, NULL, out);
	}
}

static void
show_requests(const struct metrics *m, const struct family *f,
    const struct route *r, struct buf *out)
{
	struct route_labels labels = label_route(f, r);
	size_t i, block = find_block(f, r);
	char status[16];
	uint64_t count;

	for (i = 0; i < STATUSES; i++) {
		count = tally_get(m->tally, block + ROUTE_STATUSES + i);
		if (count == 0)
			continue;
		snprintf(status, sizeof(status), "%d", statuses[i]);
		labels.list[3] = (struct exposition_label){ "status",
			statuses[i] == 0 ? "other" : status };
		exposition_sample(out, "promptledger_http_requests_total",
		    labels.list, count);
	}
}

/* Read once, so that what is shown adds up while others count on. */
static void
show_histogram(const struct metrics *m, const char *name,
    const struct exposition_label *labels, struct exposition_histogram h,
    size_t buckets, struct buf *out)
{
	uint64_t counts[TIMES + SIZES + 1];
	size_t i;

	for (i = 0; i <= h.bound_count; i++)
		counts[i] = tally_get(m->tally, buckets + i);
	h.counts = counts;
	exposition_histogram(out, name, labels, &h);
}

static void
show_times(const struct metrics *m, const struct family *f,
    const struct route *r, struct buf *out)
{
	const struct route_labels labels = label_route(f, r);
	size_t block = find_block(f, r);
	struct exposition_histogram h = {
		.bounds = times,
		.bound_count = TIMES,
		.sum = tally_get(m->tally, block + ROUTE_SUM),
		.unit = EXPOSITION_SECONDS,
	};

	/* No request takes no time at all. */
	if (h.sum > 0)
		show_histogram(m, "promptledger_http_request_duration_seconds",
		    labels.list, h, block + ROUTE_BUCKETS, out);
}

static void
show_store(const struct metrics *m, struct buf *out)
{
	const struct exposition_histogram groups = {
		.bounds = sizes,
		.bound_count = SIZES,
		.sum = tally_get(m->tally, GROUP_SUM),
	};
	const struct exposition_histogram turns = {
		.bounds = times,
		.bound_count = TIMES,
		.sum = tally_get(m->tally, TURN_SUM),
		.unit = EXPOSITION_SECONDS,
	};

	exposition_metric(out, "promptledger_commit_group_writes",
	    EXPOSITION_HISTOGRAM, "Writes that one commit made durable.");
	show_histogram(m, "promptledger_commit_group_writes", NULL, groups,
	    GROUP_BUCKETS, out);
	exposition_metric(out, "promptledger_lock_wait_seconds",
	    EXPOSITION_HISTOGRAM,
	    "How long a group waited for its turn among the processes.");
	show_histogram(m, "promptledger_lock_wait_seconds", NULL, turns,
	    TURN_BUCKETS, out);
}

static uint64_t
count_throttled(const struct metrics *m)
{
	const struct family *const *f = family_list();
	uint64_t count = 0;
	size_t i, status = find_status(429);

	for (; *f != NULL; f++) {
		for (i = 0; i < (*f)->route_count; i++)
			count += tally_get(m->tally,
			    find_block(*f, &(*f)->routes[i]) + ROUTE_STATUSES +
				status);
	}
	return count;
}

static void
show_numbers(
    const struct metrics *m, const struct metrics_state *state, struct buf *out)
{
	const struct {
		const char *name;
		enum exposition_type type;
		const char *help;
		uint64_t value;
	} numbers[] = {
		{ "promptledger_commits_total", EXPOSITION_COUNTER,
		    "Groups of writes that were committed.",
		    tally_get(m->tally, COMMITS) },
		{ "promptledger_commit_failures_total", EXPOSITION_COUNTER,
		    "Groups of writes that could not be begun or committed.",
		    tally_get(m->tally, COMMIT_FAILURES) },
		{ "promptledger_lock_timeouts_total", EXPOSITION_COUNTER,
		    "Groups whose turn did not come in time.",
		    tally_get(m->tally, TURNS_MISSED) },
		{ "promptledger_upload_bytes_total", EXPOSITION_COUNTER,
		    "Bytes of audio that were received.",
		    tally_get(m->tally, UPLOAD_BYTES) },
		{ "promptledger_throttled_total", EXPOSITION_COUNTER,
		    "Requests refused because there were too many (429).",
		    count_throttled(m) },
		{ "promptledger_processes", EXPOSITION_GAUGE,
		    "Processes that have served a request and still run.",
		    tally_processes(m->tally) },
		{ "promptledger_database_bytes", EXPOSITION_GAUGE,
		    "Size of the database.", (uint64_t)state->database_bytes },
		{ "promptledger_wal_bytes", EXPOSITION_GAUGE,
		    "Size of the database's write-ahead log.",
		    (uint64_t)state->wal_bytes },
		{ "promptledger_audit_seq", EXPOSITION_GAUGE,
		    "Number of the audit log's last row.",
		    (uint64_t)state->audit_seq },
		{ "promptledger_search_pending_rows", EXPOSITION_GAUGE,
		    "Changes that the search's index does not have yet.",
		    (uint64_t)state->search_pending },
	};
	size_t i;

	for (i = 0; i < COUNT(numbers); i++) {
		exposition_metric(
		    out, numbers[i].name, numbers[i].type, numbers[i].help);
		exposition_sample(out, numbers[i].name, NULL, numbers[i].value);
	}
}

void
metrics_show(
    struct metrics *m, const struct metrics_state *state, struct buf *out)
{
	static const struct exposition_label build[] = {
		{ "version", PROMPTLEDGER_VERSION },
		{ NULL, NULL },
	};

	exposition_metric(out, "promptledger_build_info", EXPOSITION_GAUGE,
	    "The program that answered, always 1.");
	exposition_sample(out, "promptledger_build_info", build, 1);
	exposition_metric(out, "promptledger_http_requests_total",
	    EXPOSITION_COUNTER,
	    "Requests answered; without a route when none fits.");
	for_each_block(m, show_requests, out);
	exposition_metric(out, "promptledger_http_request_duration_seconds",
	    EXPOSITION_HISTOGRAM,
	    "From the request's arrival until its answer was ready.");
	for_each_block(m, show_times, out);
	show_store(m, out);
	show_numbers(m, state, out);
}
