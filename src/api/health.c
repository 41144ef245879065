/* SPDX-License-Identifier: MIT */
/*
 * What the operator's machines ask: does the program live, can it serve, what
 * has it done?  docs/OPERATION.md describes the three.
 */
#include "api/family.h"
#include "api/metrics.h"
#include "base/text.h"
#include "domain/audit.h"
#include "domain/search.h"
#include "wire/exposition.h"

/* So many are counted in some milliseconds; of more nobody needs to know. */
#define PENDING_MAX 100000

static struct doc *
begin_reply(struct call *c)
{
	struct doc *d = call_reply(c, 200);

	response_header(c->reply, "Cache-Control", "no-store");
	return d;
}

/* The entity tag is there for `promptledger doctor --url`, which asks with it
 * whether conditional requests get through. */
static enum err
get_alive(struct call *c, struct txn *t)
{
	struct doc *d;
	enum err err;

	(void)t;
	if ((err = call_precondition(c, "alive", 1)) != ERR_NONE)
		return err;
	if (call_not_modified(c, "alive", 1))
		return ERR_NONE;
	d = call_reply(c, 200);
	call_etag(c, "alive", 1);
	doc_object(d, NULL);
	doc_text(d, "status", "alive");
	doc_object_end(d);
	return ERR_NONE;
}

/*
 * Readiness.  A failure's field is the reason that is shown, where the kind
 * of the failure does not say it.
 */

static enum err
look(struct txn *t, void *arg)
{
	struct audit_head head;

	(void)arg;
	return audit_head_find(t, &head);
}

static enum err
prepare_ready(struct call *c)
{
	if (c->drains != NULL && c->drains(c->source))
		return call_fail(c, ERR_BUSY, "draining", NULL);
	if (c->closed != ERR_NONE)
		return call_fail(c, c->closed, NULL, NULL);
	if (store_is_lost(c->site->store))
		return call_fail(c, ERR_IO, "wal_lost", NULL);
	return txn_run(c->site->store, TXN_READ, look, NULL, &c->txn);
}

static enum err
get_ready(struct call *c, struct txn *t)
{
	struct doc *d = begin_reply(c);

	(void)t;
	doc_object(d, NULL);
	doc_text(d, "status", "ready");
	doc_object_end(d);
	return ERR_NONE;
}

/*
 * Metrics.
 */

static enum err
get_metrics(struct call *c, struct txn *t)
{
	struct metrics_state state;
	struct audit_head head;
	enum err err;

	if (c->site->metrics == NULL)
		return call_fail(c, ERR_ROUTE_UNKNOWN, NULL, NULL);
	if ((err = audit_head_find(t, &head)) != ERR_NONE ||
	    (err = search_count_pending(
		 t, PENDING_MAX, &state.search_pending)) != ERR_NONE)
		return err;
	state.audit_seq = head.seal.seq;
	store_measure(c->site->store, &state.database_bytes, &state.wal_bytes);
	begin_reply(c);
	metrics_show(c->site->metrics, &state, &c->reply->body);
	return ERR_NONE;
}

/*
 * The family.
 */

static const char *
choose_type(const struct call *c, enum err err)
{
	return err == ERR_NONE && c->route != NULL &&
		c->route->handler == get_metrics
	    ? EXPOSITION_MEDIA_TYPE
	    : "application/json";
}

static void
show_error(struct call *c, enum err err)
{
	const char *reason = c->failure.field;
	struct doc *d = &c->doc;

	doc_object(d, NULL);
	doc_text(
	    d, "status", c->reply->status == 503 ? "unavailable" : "refused");
	doc_text(d, "reason", reason != NULL ? reason : err_info(err)->slug);
	doc_object_end(d);
}

static const struct err_text ready_texts[] = {
	{ ERR_FULL, NULL, 503, NULL },
	{ ERR_INTERNAL, NULL, 503, NULL },
	{ ERR_NONE, NULL, 0, NULL },
};

static const struct route routes[] = {
	{
	    .method = METHOD_GET,
	    .path = "/healthz",
	    .name = "tell that the program lives",
	    .access = ACCESS_ANYONE,
	    .mode = TXN_NONE,
	    .handler = get_alive,
	},
	{
	    .method = METHOD_GET,
	    .path = "/readyz",
	    .name = "tell whether requests can be served",
	    .access = ACCESS_ANYONE,
	    .mode = TXN_NONE,
	    .prepare = prepare_ready,
	    .handler = get_ready,
	    .texts = ready_texts,
	},
	{
	    .method = METHOD_GET,
	    .path = "/metrics",
	    .name = "show what all processes have done, for Prometheus",
	    .access = ACCESS_METRICS,
	    .mode = TXN_READ,
	    .handler = get_metrics,
	},
};

static const char *const mounts[] = { "/healthz", "/readyz", "/metrics", NULL };

const struct family health_family = {
	.name = "health",
	.mounts = mounts,
	.routes = routes,
	.route_count = sizeof(routes) / sizeof(routes[0]),
	.path_flags = PATTERN_TRAILING_SLASH,
	.takes_api_key = true,
	.content_type = "application/json",
	.choose_type = choose_type,
	.show_error = show_error,
};
