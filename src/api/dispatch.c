/* SPDX-License-Identifier: MIT */
#include "api/dispatch.h"

#include "api/auth.h"
#include "api/family.h"
#include "api/metrics.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "http/cors.h"
#include "store/query.h"

#include <inttypes.h>
#include <sodium.h>
#include <string.h>
#include <strings.h>

#define IDEMPOTENCY_MS (INT64_C(24) * 60 * 60 * 1000)
#define IDEMPOTENCY_KEY_MAX 255

#define PARKED_BODY_MAX (64 << 10)

/* What a request sets aside, to be able to say that it failed for want of
 * memory: this much, or so many copies of its body. */
#define RESERVE_BYTES ((size_t)64 << 10)
#define BODY_COPIES 6

/*
 * Routing.
 */

/* Does path begin with prefix, on a segment boundary? */
static bool
lies_below(const char *path, const char *prefix, unsigned flags)
{
	size_t len = strlen(prefix);
	bool same = flags & PATTERN_ANY_CASE
	    ? strncasecmp(path, prefix, len) == 0
	    : strncmp(path, prefix, len) == 0;

	return same && (path[len] == '\0' || path[len] == '/');
}

static const struct family *
find_mounted(const char *path)
{
	const struct family *const *f;
	const char *const *mount;

	for (f = family_list(); *f != NULL; f++) {
		for (mount = (*f)->mounts; *mount != NULL; mount++) {
			if (lies_below(path, *mount, (*f)->path_flags))
				return *f;
		}
	}
	return NULL;
}

/* Whose paths these would be, if there were such a route. */
static const struct family *
find_claiming(const char *path)
{
	const struct family *const *f;

	for (f = family_list(); *f != NULL; f++) {
		if ((*f)->answers_for != NULL && (*f)->answers_for[0] != '\0' &&
		    lies_below(path, (*f)->answers_for, 0))
			return *f;
	}
	return NULL;
}

/* Who words the answer when no route matches. */
static const struct family *
find_answering(const char *path)
{
	const struct family *const *f, *found;

	if ((found = find_mounted(path)) != NULL ||
	    (found = find_claiming(path)) != NULL)
		return found;
	for (f = family_list(); *f != NULL; f++) {
		if ((*f)->answers_for != NULL && (*f)->answers_for[0] == '\0')
			found = *f;
	}
	return found;
}

/* The first place inside SCRIPT_NAME, or right behind it, from which find
 * knows the path; NULL when there is none. */
static const char *
search_root(
    const struct request *r, const struct family *(*find)(const char *path))
{
	const char *at;

	for (at = r->path; at != NULL && at <= r->path + r->script_len;
	     at = strchr(at + 1, '/')) {
		if (find(at) != NULL)
			return at;
	}
	return NULL;
}

/*
 * Where the API begins in the request's path.  Web servers cut SCRIPT_NAME
 * and PATH_INFO at surprising places, so the two were put together again;
 * with a configured base that is what comes before the API, otherwise the
 * first segment that a family claims, by its routes or at least by name.
 */
static const char *
find_root(const struct site *site, const struct request *r)
{
	const char *base = site->config->base, *root;

	if (base[0] != '\0')
		return lies_below(r->path, base, 0) ? r->path + strlen(base)
						    : r->path;
	if ((root = search_root(r, find_mounted)) != NULL ||
	    (root = search_root(r, find_claiming)) != NULL)
		return root;
	return r->path;
}

static bool
method_fits(const struct route *r, enum method method)
{
	return r->method == method ||
	    (r->method == METHOD_GET && method == METHOD_HEAD);
}

static void
add_allowed(struct call *c, const struct route *r)
{
	static const char *const names[] = {
		[METHOD_GET] = "GET, HEAD",
		[METHOD_POST] = "POST",
		[METHOD_PUT] = "PUT",
		[METHOD_PATCH] = "PATCH",
		[METHOD_DELETE] = "DELETE",
	};

	c->allow = c->allow == NULL
	    ? names[r->method]
	    : arena_printf(c->arena, "%s, %s", c->allow, names[r->method]);
}

static enum err
find_route(struct call *c, const char *path)
{
	const struct family *const *f, *refusing = NULL;
	size_t i;

	for (f = family_list(); *f != NULL; f++) {
		for (i = 0; i < (*f)->route_count; i++) {
			const struct route *r = &(*f)->routes[i];

			if (!pattern_match(r->path, path, (*f)->path_flags,
				c->arena, &c->params))
				continue;
			if (method_fits(r, c->request.method)) {
				c->family = *f;
				c->route = r;
				return ERR_NONE;
			}
			add_allowed(c, r);
			if (refusing == NULL)
				refusing = *f;
		}
	}
	if (refusing == NULL) {
		c->family = find_answering(path);
		return call_fail(c, ERR_ROUTE_UNKNOWN, NULL, NULL);
	}
	c->family = refusing;
	return call_fail(c,
	    refusing->hides_methods ? ERR_ROUTE_UNKNOWN : ERR_METHOD_REFUSED,
	    NULL, NULL);
}

static enum err
route_request(struct call *c, const char *const *env)
{
	enum err err = request_init(&c->request, env, c->arena, &c->failure);
	const char *path = find_root(c->site, &c->request);

	c->family = find_answering(path);
	if (err != ERR_NONE)
		return err;
	if (c->request.method == METHOD_UNKNOWN)
		return call_fail(c, ERR_METHOD_UNKNOWN, NULL, NULL);
	return find_route(c, path);
}

/*
 * The body.
 */

static void
free_buf(void *buf)
{
	buf_free(buf);
}

static enum err
fail_short(struct call *c)
{
	arena_fall_short(c->arena);
	return call_fail(c, ERR_INTERNAL, NULL, "out of memory");
}

static enum err
receive_body(struct call *c, struct buf **out)
{
	size_t max = c->family->body_max_bytes != 0
	    ? c->family->body_max_bytes
	    : (size_t)c->site->config->body_max_bytes;
	struct buf *body = arena_alloc(c->arena, sizeof(*body));
	char piece[8192];
	ssize_t got;

	if (c->request.content_length > (int64_t)max)
		return call_fail(c, ERR_BODY_TOO_LARGE, NULL, NULL);
	if (c->request.content_length >
		(int64_t)(RESERVE_BYTES / BODY_COPIES) &&
	    !arena_reserve(
		c->arena, BODY_COPIES * (size_t)c->request.content_length))
		return fail_short(c);
	buf_init(body, max);
	arena_on_reset(c->arena, free_buf, body);
	if (c->request.content_length != 0) {
		while ((got = c->read(c->source, piece, sizeof(piece))) > 0) {
			buf_add(body, piece, (size_t)got);
			if (!buf_failed(body))
				continue;
			if ((size_t)got <= max - body->len)
				return fail_short(c);
			return call_fail(c, ERR_BODY_TOO_LARGE, NULL, NULL);
		}
		if (got < 0)
			return call_fail(
			    c, ERR_BODY_LENGTH, NULL, "the peer is gone");
	}
	if (c->request.content_length != REQUEST_LENGTH_UNKNOWN &&
	    (uint64_t)c->request.content_length != body->len)
		return call_fail(c, ERR_BODY_LENGTH, NULL, NULL);
	*out = body;
	return ERR_NONE;
}

/* The Idempotency-Key to honour, or NULL. */
static const char *
find_key(const struct call *c)
{
	const char *key = request_param(&c->request, "HTTP_IDEMPOTENCY_KEY");

	if (key == NULL || key[0] == '\0' ||
	    strlen(key) > IDEMPOTENCY_KEY_MAX || !c->has_caller ||
	    c->request.method != METHOD_POST ||
	    (c->route->flags & ROUTE_SECRET) != 0)
		return NULL;
	return key;
}

static enum err
read_body(struct call *c)
{
	const struct route *r = c->route;
	const struct body *body;
	struct buf *bytes;
	enum err err;

	if ((r->flags & ROUTE_RAW_BODY) != 0 ||
	    (r->body == NULL && !c->family->scans_every_body))
		return ERR_NONE;
	if ((err = receive_body(c, &bytes)) != ERR_NONE)
		return err;
	if (find_key(c) != NULL)
		crypto_hash_sha256(c->body_digest,
		    (const unsigned char *)buf_string(bytes), bytes->len);
	err = c->family->read_body(c, buf_string(bytes), bytes->len, &body);
	if (err != ERR_NONE || r->body == NULL)
		return err;
	c->body = arena_alloc(c->arena, r->body_size);
	if (!field_read_body(r->body, body, c->body, c->arena, &c->faults))
		return call_fail(
		    c, ERR_BODY_INVALID, c->faults.list[0].name, NULL);
	return ERR_NONE;
}

static enum err
read_query(struct call *c)
{
	const struct route *r = c->route;

	if (r->query == NULL)
		return ERR_NONE;
	c->query = arena_alloc(c->arena, r->query_size);
	if (!field_read_query(
		r->query, c->request.query, c->query, c->arena, &c->faults))
		return call_fail(
		    c, ERR_QUERY_INVALID, c->faults.list[0].name, NULL);
	return ERR_NONE;
}

/*
 * Idempotency-Key: the answer is kept in the transaction that earned it.
 */

/* Header lines as response_header wrote them. */
static void
copy_headers(struct response *reply, const char *lines)
{
	buf_text(&reply->headers, lines);
}

/* Answer as the first time, if there was one; *done tells. */
static enum err
replay(struct call *c, struct txn *t, const char *key, bool *done)
{
	const unsigned char *digest = NULL;
	size_t digest_len = 0;
	struct query q;
	bool same = false;

	query_start(&q, t, STATEMENT_IDEMPOTENCY_FIND);
	query_text(&q, ":token_id", c->caller.token_id);
	query_text(&q, ":route", c->request.path);
	query_text(&q, ":key", key);
	query_integer(&q, ":now", txn_now(t));
	if ((*done = query_row(&q))) {
		digest = query_take_blob(&q, &digest_len);
		same = digest_len == sizeof(c->body_digest) &&
		    memcmp(digest, c->body_digest, digest_len) == 0;
		call_reply_empty(c, (int)query_take_integer(&q));
		copy_headers(c->reply, query_take_text(&q));
		buf_text(&c->reply->body, query_take_text(&q));
		response_header(c->reply, "Idempotency-Replayed", "true");
	}
	if (query_end(&q) != ERR_NONE)
		return q.err;
	if (*done && !same)
		return call_fail(c, ERR_KEY_REUSED, "Idempotency-Key", NULL);
	return ERR_NONE;
}

static enum err
remember(struct call *c, struct txn *t, const char *key)
{
	struct query q;
	enum err err;

	query_start(&q, t, STATEMENT_IDEMPOTENCY_PURGE);
	query_integer(&q, ":now", txn_now(t));
	if ((err = query_run(&q)) != ERR_NONE)
		return err;
	query_start(&q, t, STATEMENT_IDEMPOTENCY_INSERT);
	query_text(&q, ":token_id", c->caller.token_id);
	query_text(&q, ":route", c->request.path);
	query_text(&q, ":key", key);
	query_blob(&q, ":body_digest", c->body_digest, sizeof(c->body_digest));
	query_integer(&q, ":status", c->reply->status);
	query_text(&q, ":headers", buf_string(&c->reply->headers));
	query_text(&q, ":answer", buf_string(&c->reply->body));
	query_integer(&q, ":expires_at", txn_now(t) + IDEMPOTENCY_MS);
	return query_run(&q);
}

/*
 * The transactions.
 */

/* Run the handler on an empty reply. */
static enum err
run_handler(struct call *c, struct txn *t)
{
	enum err err;

	response_clear(c->reply);
	if ((err = c->route->handler(c, t)) != ERR_NONE)
		return err;
	/* Told now, while the transaction can still be rolled back. */
	if (buf_failed(&c->reply->headers) || buf_failed(&c->reply->body))
		return call_fail(c, ERR_INTERNAL, NULL, "the reply is too big");
	return ERR_NONE;
}

/* Count the request against its token's limit, if there is one. */
static bool
take_request(struct call *c)
{
	return c->site->rates == NULL ||
	    rate_take(c->site->rates, c->caller.token_id,
		c->site->config->token_rate, c->txn.now_ms, &c->rate);
}

static enum err
fail_throttled(struct call *c)
{
	return call_fail(c, ERR_THROTTLED, NULL,
	    arena_printf(c->arena, "%" PRId64, c->rate.wait_s));
}

/* First transaction: who is calling, and what the route wants to know before
 * it reads the body. */
static enum err
admit(struct txn *t, void *arg)
{
	struct call *c = arg;
	enum err err = ERR_NONE;

	if (auth_looks_at_token(c->route))
		err = auth_check(c, t);
	/* Requests that a known caller may not make count too. */
	if (c->has_caller && !take_request(c))
		return fail_throttled(c);
	if (err == ERR_NONE && c->family->check_media != NULL &&
	    c->route->body != NULL)
		err = c->family->check_media(c);
	if (err == ERR_NONE && c->route->guard != NULL)
		err = c->route->guard(c, t);
	return err;
}

/* A read is one transaction in all.  A body that is refused must be refused
 * before a stream begins, so there it is read first. */
static enum err
answer_read(struct txn *t, void *arg)
{
	struct call *c = arg;
	enum err err;

	if ((err = admit(t, c)) != ERR_NONE ||
	    (err = read_query(c)) != ERR_NONE)
		return err;
	if ((c->route->flags & ROUTE_STREAM) != 0 &&
	    (err = read_body(c)) != ERR_NONE)
		return err;
	return run_handler(c, t);
}

/* A read that is asked for in a body, which no transaction waits for. */
static enum err
answer_question(struct txn *t, void *arg)
{
	return run_handler(arg, t);
}

static enum err
answer_write(struct txn *t, void *arg)
{
	struct call *c = arg;
	const char *key = find_key(c);
	bool done = false;
	enum err err;

	if (key == NULL)
		return run_handler(c, t);
	err = replay(c, t, key, &done);
	if (err != ERR_NONE || done)
		return err;
	if ((err = run_handler(c, t)) != ERR_NONE)
		return err;
	return remember(c, t, key);
}

/* Name the caller to the audit log. */
static void
set_actor(struct call *c)
{
	c->txn.actor = (struct txn_actor){
		.id = c->has_caller ? c->caller.user_id : "anonymous",
		.kind = !c->has_caller ? "anonymous"
		    : c->caller.kind == TOKEN_SESSION ||
			c->caller.kind == TOKEN_JWT
		    ? "user"
		    : "key",
		.token_id = c->has_caller ? c->caller.token_id : NULL,
		.request_id = c->request_id,
		.family = c->family->name,
	};
}

/* A route that may answer without a store. */
static enum err
answer_alone(struct call *c)
{
	enum err err = read_query(c);

	if (err == ERR_NONE && c->route->prepare != NULL)
		err = c->route->prepare(c);
	return err == ERR_NONE ? c->route->handler(c, NULL) : err;
}

/* All that happens outside of a write transaction: the whole answer of a
 * read, and of a write what comes before it. */
static enum err
answer(struct call *c)
{
	struct store *store = c->site->store;
	const struct route *r = c->route;
	enum err err = ERR_NONE;

	if (r->mode == TXN_NONE)
		return answer_alone(c);
	if (auth_looks_at_token(r) && (err = auth_prepare(c)) != ERR_NONE)
		return err;
	if (r->mode == TXN_READ && r->body == NULL) {
		/* Broken JSON is refused even where nothing reads it. */
		err = txn_run(store, TXN_READ, answer_read, c, &c->txn);
		if (err != ERR_NONE || (r->flags & ROUTE_STREAM) != 0)
			return err;
		return read_body(c);
	}
	if (auth_looks_at_token(r) || r->guard != NULL)
		err = txn_run(store, TXN_READ, admit, c, &c->txn);
	else if (c->family->check_media != NULL && r->body != NULL)
		err = c->family->check_media(c);
	if (err != ERR_NONE || (err = read_query(c)) != ERR_NONE ||
	    (err = read_body(c)) != ERR_NONE)
		return err;
	if (r->prepare != NULL && (err = r->prepare(c)) != ERR_NONE)
		return err;
	if (r->mode == TXN_READ)
		return txn_run(store, TXN_READ, answer_question, c, &c->txn);
	return ERR_NONE;
}

/* A parked call keeps its body.  A big one holds its worker instead, so that
 * no more of them fill the memory than there are workers. */
static bool
may_park(const struct call *c)
{
	return c->resume != NULL && c->request.content_length >= 0 &&
	    c->request.content_length <= PARKED_BODY_MAX;
}

static void
resume_call(void *call)
{
	const struct call *c = call;

	c->resume(c->source);
}

/* The write transaction; false when the call is parked. */
static bool
write_answer(struct call *c)
{
	struct store *store = c->site->store;

	set_actor(c);
	if (may_park(c))
		return txn_submit(store, answer_write, c, &c->txn, resume_call);
	c->txn.outcome = txn_run(store, TXN_WRITE, answer_write, c, &c->txn);
	return true;
}

static const char *
choose_type(const struct call *c, enum err err)
{
	return c->family->choose_type == NULL ? c->family->content_type
					      : c->family->choose_type(c, err);
}

static void
show_failure(struct call *c, enum err err)
{
	int status = family_error_status(c, err);
	const char *challenge;

	c->content_type = choose_type(c, err);
	call_reply(c, status);
	challenge = auth_challenge(c, err, status);
	if (challenge != NULL)
		response_header(c->reply, "WWW-Authenticate", challenge);
	if (status == 405 && c->allow != NULL)
		response_header(c->reply, "Allow", c->allow);
	if (status == 503)
		response_header(c->reply, "Retry-After", "1");
	if (err == ERR_THROTTLED)
		response_header(c->reply, "Retry-After", c->failure.detail);
	response_header(c->reply, "Cache-Control", "no-store");
	c->family->show_error(c, err);
}

/* The status has left already: all that can be said is that it did not go
 * well. */
static void
cut_answer(struct call *c, enum err err)
{
	log_line("event=answer_cut request=%s err=%s", c->request_id,
	    err_info(err)->slug);
	response_cut(c->reply);
}

static void
log_call(const struct call *c, enum err err, int64_t took_us)
{
	const char *log = c->site->config->log;

	if (text_equal(log, "off") ||
	    (text_equal(log, "errors") && c->reply->status < 500))
		return;
	log_line("request=%s family=%s method=%s route=%s status=%d err=%s "
		 "ms=%.1f",
	    c->request_id, c->family->name, c->request.method_name,
	    c->route == NULL ? "-" : c->route->path, c->reply->status,
	    err_info(err)->slug, (double)took_us / 1000.0);
}

/* The answer's last touch; true, for there is one now. */
static bool
conclude(struct call *c, enum err err)
{
	int64_t took_us;

	/* Whatever it was taken for. */
	if (err != ERR_NONE && arena_is_short(c->arena))
		err = fail_short(c);
	if (err != ERR_NONE && c->reply->begun)
		cut_answer(c, err);
	else if (err != ERR_NONE)
		show_failure(c, err);
	if (!c->reply->begun)
		call_seal(c);
	took_us = clock_steady_us() - c->start_us;
	if (c->site->metrics != NULL)
		metrics_count(c->site->metrics, c, took_us);
	log_call(c, err, took_us);
	return true;
}

/* Find out what is asked. */
static enum err
begin(struct call *c, const char *const *env)
{
	char request_id[17];

	c->start_us = clock_steady_us();
	if (!arena_reserve(c->arena, RESERVE_BYTES) ||
	    !response_reserve(c->reply))
		arena_fall_short(c->arena);
	txn_call_init(&c->txn, c->arena, &c->failure);
	text_hex(c->txn.seed, 8, request_id);
	c->request_id = arena_text(c->arena, request_id);
	return route_request(c, env);
}

bool
dispatch(struct call *c, const char *const *env)
{
	enum err err = begin(c, env);

	if (err != ERR_NONE || (c->route->flags & ROUTE_STREAM) == 0)
		response_attach(c->reply, NULL, NULL);
	c->content_type = choose_type(c, err);
	if (err == ERR_NONE)
		err = arena_is_short(c->arena) ? fail_short(c) : answer(c);
	else if (cors_preflight(c->site->config->cors_origins, &c->request,
		     c->allow, c->reply))
		return conclude(c, ERR_NONE);
	if (err == ERR_NONE && c->route->mode == TXN_WRITE) {
		if (!write_answer(c))
			return false;
		err = c->txn.outcome;
	}
	return conclude(c, err);
}

bool
dispatch_closed(struct call *c, const char *const *env)
{
	enum err err = begin(c, env);

	if (err != ERR_NONE || c->route->mode != TXN_NONE)
		return false;
	response_attach(c->reply, NULL, NULL);
	c->content_type = choose_type(c, err);
	return conclude(c, answer(c));
}

void
dispatch_resume(struct call *c)
{
	(void)conclude(c, c->txn.outcome);
}
