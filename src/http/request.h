/* SPDX-License-Identifier: MIT */
/*
 * request: one HTTP request as a web server hands it to CGI and FastCGI
 * programs (RFC 3875), checked and taken apart once.
 *
 * Everything points into the parameters or the request's arena.
 */
#ifndef HTTP_REQUEST_H
#define HTTP_REQUEST_H

#include "base/arena.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum method {
	METHOD_GET,
	METHOD_HEAD,
	METHOD_POST,
	METHOD_PUT,
	METHOD_PATCH,
	METHOD_DELETE,
	METHOD_OPTIONS,
	METHOD_TRACE,
	METHOD_CONNECT,
	METHOD_UNKNOWN, /* any other token; answered 501 */
};

#define REQUEST_PATH_MAX_BYTES 4096
#define REQUEST_QUERY_MAX_BYTES 8192
#define REQUEST_LENGTH_UNKNOWN (-1) /* chunked: read to the end */

struct request {
	enum method method;
	const char *method_name;   /* as sent; "" when absent */
	const char *path;          /* SCRIPT_NAME + PATH_INFO, decoded once by
	                            * the web server; begins with '/', well-
	                            * formed UTF-8, no control characters */
	size_t script_len;         /* how much of path was SCRIPT_NAME */
	const char *query;         /* raw, "" when there is none */
	const char *target;        /* REQUEST_URI raw, else path?query, with
	                            * '?' for each byte that is no clean
	                            * UTF-8; for messages and logs only */
	const char *content_type;  /* "" when absent */
	int64_t content_length;    /* 0 when there is no body */
	const char *authorization; /* HTTP_AUTHORIZATION, else
	                            * REDIRECT_HTTP_AUTHORIZATION, else NULL */
	const char *const *env;    /* all parameters, "NAME=value" */
};

/* Fill out from env, ended by NULL.  ERR_REQUEST_MALFORMED for a bad path or
 * CONTENT_LENGTH, ERR_PATH_TOO_LONG; out->method, path and target are usable
 * even then, so that a family can be chosen for the answer: a bad path is cut
 * before its first bad byte, or "/". */
enum err request_init(struct request *out, const char *const *env,
    struct arena *a, struct failure *f);

/* GET, POST, …; METHOD_UNKNOWN has none. */
const char *request_method_name(enum method method);

/* The value of one parameter, NULL when absent. */
const char *request_param(const struct request *r, const char *name);

/* Whom to count tries by: REMOTE_ADDR, of an IPv6 address the first 64 bits
 * ("2001:db8:1:2::/64"), because those are what one subscriber has.  An IPv4
 * address mapped into IPv6 is that IPv4 address.  NULL when absent. */
const char *request_network(const struct request *r, struct arena *a);

/* The bearer token: "Bearer" (exactly so), one blank, the token, which does
 * not begin with a blank.  NULL when the header is absent, has another scheme
 * or no token. */
const char *request_bearer(const struct request *r);

/* Does Content-Type name this media type (parameters and case ignored)? */
bool request_has_type(const struct request *r, const char *media_type);

/* Does the client name this media type in Accept, not by a wildcard and not
 * with the weight 0? */
bool request_accepts(const struct request *r, const char *media_type);

/* Does any entity tag in the header `value` (If-None-Match, If-Match; NULL
 * when absent) equal etag (with its quotes)?  "*" matches all.  Suffixes
 * that compressing servers put inside the quotes (-gzip, -br, -deflate,
 * -zstd) are ignored.  Weak tags match only when weak_ok
 * (RFC 9110, 8.8.3.2: If-None-Match compares weakly, If-Match strongly).
 * Without weak_ok a part behind etag ("-12") is ignored too: it counts what
 * is shown beside a resource and is no state of its own. */
bool request_etag_matches(const char *value, const char *etag, bool weak_ok);

#endif
