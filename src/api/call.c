/* SPDX-License-Identifier: MIT */
#include "api/call.h"

#include "http/cors.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>

/* A piece of a long body: as much as a FastCGI record can hold. */
#define PIECE_BYTES ((size_t)64 << 10)

const char *
call_param(const struct call *c, size_t i)
{
	return i < c->params.count ? c->params.value[i] : "";
}

enum err
call_fail(struct call *c, enum err code, const char *field, const char *detail)
{
	return err_fail(&c->failure, code, field, detail);
}

struct doc *
call_reply(struct call *c, int status)
{
	call_reply_empty(c, status);
	response_header(c->reply, "Content-Type", c->content_type);
	doc_init(&c->doc, &c->reply->body);
	return &c->doc;
}

bool
call_flush(struct call *c)
{
	struct response *r = c->reply;

	if (r->body.len < PIECE_BYTES || r->write == NULL)
		return true;
	if (!r->begun)
		call_seal(c);
	return response_flush(r, c->request.method == METHOD_HEAD);
}

static void
show_number(struct call *c, const char *header, int64_t number)
{
	response_header(
	    c->reply, header, arena_printf(c->arena, "%" PRId64, number));
}

void
call_seal(struct call *c)
{
	response_header(c->reply, "X-Request-Id", c->request_id);
	response_header(c->reply, "X-Content-Type-Options", "nosniff");
	/* What is stored is others' text: no browser shall show it as a page
	 * of ours. */
	response_header(c->reply, "Content-Security-Policy",
	    "default-src 'none'; frame-ancestors 'none'");
	response_header(c->reply, "Referrer-Policy", "no-referrer");
	if (c->rate.limit > 0) {
		show_number(c, "X-RateLimit-Limit", c->rate.limit);
		show_number(c, "X-RateLimit-Remaining", c->rate.remaining);
		show_number(c, "X-RateLimit-Reset", c->rate.reset_s);
	}
	cors_allow(c->site->config->cors_origins, &c->request, c->reply);
}

void
call_reply_empty(struct call *c, int status)
{
	assert(!c->reply->begun);
	response_clear(c->reply);
	c->reply->status = status;
}

static const char *
make_etag(struct call *c, const char *id, int64_t revision)
{
	return arena_printf(c->arena, "\"%s-%" PRId64 "\"", id, revision);
}

bool
call_not_modified(struct call *c, const char *id, int64_t revision)
{
	const char *asked = request_param(&c->request, "HTTP_IF_NONE_MATCH");

	if (c->request.method != METHOD_GET && c->request.method != METHOD_HEAD)
		return false;
	if (asked == NULL ||
	    !request_etag_matches(asked, make_etag(c, id, revision), true))
		return false;
	call_reply_empty(c, 304);
	call_etag(c, id, revision);
	return true;
}

enum err
call_precondition(struct call *c, const char *id, int64_t revision)
{
	const char *wanted = request_param(&c->request, "HTTP_IF_MATCH");

	if (wanted == NULL ||
	    request_etag_matches(wanted, make_etag(c, id, revision), false))
		return ERR_NONE;
	return call_fail(c, ERR_STALE, NULL, NULL);
}

void
call_etag(struct call *c, const char *id, int64_t revision)
{
	response_header(c->reply, "ETag", make_etag(c, id, revision));
	call_private(c);
}

void
call_private(struct call *c)
{
	response_header(c->reply, "Cache-Control", "private, no-cache");
	response_header(c->reply, "Vary", "Authorization");
}

const char *
call_link(struct call *c, const char *path)
{
	const char *url = c->site->config->public_url;

	if (url[0] == '\0')
		url = c->site->config->base;
	return arena_printf(c->arena, "%s%s", url, path);
}
