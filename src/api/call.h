/* SPDX-License-Identifier: MIT */
/*
 * call: one request on its way through the program, and what a handler may
 * do with it: look at its parameters, fill the reply, fail.
 *
 * A handler is `enum err handler(struct call *c, struct txn *t)`: it parses
 * nothing, prints nothing, commits nothing and checks no role; it may run
 * again from the start, and then the reply is empty again.
 */
#ifndef API_CALL_H
#define API_CALL_H

#include "base/arena.h"
#include "base/config.h"
#include "base/err.h"
#include "domain/rate.h"
#include "domain/token.h"
#include "http/pattern.h"
#include "http/request.h"
#include "http/response.h"
#include "store/txn.h"
#include "wire/body.h"
#include "wire/doc.h"
#include "wire/field.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct family;
struct jwt;
struct jwt_keys;
struct key_uses;
struct metrics;
struct rate_table;
struct route;
struct template_cache;

/* What all calls of a process share; read-only once serving has begun. */
struct site {
	const struct config *config;
	struct store *store;
	struct key_uses *uses;    /* of API keys, to be written later */
	struct rate_table *rates; /* NULL: tokens have no limit */
	struct jwt_keys *jwt;     /* NULL: no JWTs are taken */
	struct metrics *metrics;  /* NULL: nothing is counted */
	bool has_metrics_key;
	unsigned char metrics_key[32]; /* opens /metrics */
	unsigned char link_key[32];    /* signs upload and download links */
};

/* Reads the next bytes of the request's body: 0 at its end, -1 when the peer
 * is gone. */
typedef ssize_t call_read_fn(void *source, char *bytes, size_t len);

/* Is the process about to end? */
typedef bool call_drains_fn(const void *source);

/* Told that a parked call may go on: see dispatch. */
typedef void call_resume_fn(void *source);

struct call {
	const struct site *site;
	struct arena *arena;
	struct template_cache *templates; /* the worker's: for reads only,
	                                   * writes may run elsewhere */
	struct request request;
	call_read_fn *read;
	call_resume_fn *resume; /* NULL: the call cannot be parked */
	call_drains_fn *drains;
	void *source;     /* for all three */
	enum err closed;  /* why the store could not be opened; ERR_NONE: it
	                   * was */
	int64_t start_us; /* by the steady clock */

	const struct family *family; /* never NULL once routing was tried */
	const struct route *route;   /* NULL: no such route */
	struct pattern_params params;
	const char *allow;        /* methods of the path, for 405 */
	const char *request_id;   /* 16 hexadecimal digits */
	const char *content_type; /* of the reply's body */

	const struct jwt *jwt; /* verified, when the caller came with one */
	bool has_caller;
	struct caller caller; /* valid when has_caller */
	struct rate rate;     /* of the caller's token */

	void *query;                   /* the route's query struct, or NULL */
	void *body;                    /* the route's body struct, or NULL */
	const struct body *json;       /* the body itself, where a family's
	                                * read_body left it for a prepare */
	unsigned char body_digest[32]; /* SHA-256; with an Idempotency-Key */
	struct faults faults;          /* of query or body */
	int64_t received;              /* bytes of an upload */
	void *prepared;                /* what the route's prepare left */

	struct failure failure;
	struct txn_call txn;
	struct response *reply;
	struct doc doc; /* writes the reply's body */
};

/* The i-th parameter of the route's path, "" when the path has fewer. */
const char *call_param(const struct call *c, size_t i);

/* Fill the call's failure and return code; field and detail as in err_fail. */
enum err call_fail(
    struct call *c, enum err code, const char *field, const char *detail);

/* Begin the reply: status, c->content_type (the family's unless changed) and
 * the doc to write it with.  Whatever was in the reply goes. */
struct doc *call_reply(struct call *c, int status);

/* Let the reply's body leave in pieces, for routes with ROUTE_STREAM: call it
 * after each row.  Nothing happens until some 64 KiB have gathered.  From the
 * first piece on the status stands and a failure can only cut the answer
 * short.  False when nobody reads on; the handler ends with ERR_NONE then. */
bool call_flush(struct call *c);

/* Put the headers on the reply that every answer carries. */
void call_seal(struct call *c);

/* A reply without a body (204). */
void call_reply_empty(struct call *c, int status);

/* Give the entity tag of what is answered.  True when the client has just
 * that (If-None-Match on GET and HEAD): the reply is a 304 then, and the
 * handler returns ERR_NONE at once. */
bool call_not_modified(struct call *c, const char *id, int64_t revision);

/* Honour If-Match: ERR_STALE when it names something else. */
enum err call_precondition(struct call *c, const char *id, int64_t revision);

/* Put the entity tag of a changed resource on the reply. */
void call_etag(struct call *c, const char *id, int64_t revision);

/* Tell caches that an answer without an entity tag is the caller's alone. */
void call_private(struct call *c);

/* An absolute link below the public URL (path begins with '/'), or the path
 * below the base when none is configured; never made of the Host header. */
const char *call_link(struct call *c, const char *path);

#endif
