/* SPDX-License-Identifier: MIT */
#include "http/cors.h"

#include <string.h>

/* The request headers that any of our operations reads. */
#define REQUEST_HEADERS                                                    \
	"Accept, Authorization, Content-Type, Idempotency-Key, If-Match, " \
	"If-None-Match, If-Range, Range"

/* The answers' headers beside those that pages may always read. */
#define ANSWER_HEADERS                                               \
	"Content-Disposition, Content-Range, ETag, Link, Location, " \
	"Retry-After, WWW-Authenticate, X-RateLimit-Limit, "         \
	"X-RateLimit-Remaining, X-RateLimit-Reset, X-Request-Id"

/* The request's origin, when origins names it; NULL otherwise. */
static const char *
find_origin(const char *origins, const struct request *r)
{
	const char *origin = request_param(r, "HTTP_ORIGIN");
	size_t len, step;

	if (origin == NULL || origin[0] == '\0')
		return NULL;
	len = strlen(origin);
	for (; *origins != '\0'; origins += step) {
		step = strcspn(origins, " ");
		if (step == len && memcmp(origins, origin, len) == 0)
			return origin;
		step += strspn(origins + step, " ");
	}
	return NULL;
}

void
cors_allow(const char *origins, const struct request *r, struct response *reply)
{
	const char *origin;

	if (origins[0] == '\0')
		return;
	response_header(reply, "Vary", "Origin");
	if ((origin = find_origin(origins, r)) == NULL)
		return;
	response_header(reply, "Access-Control-Allow-Origin", origin);
	response_header(reply, "Access-Control-Expose-Headers", ANSWER_HEADERS);
}

bool
cors_preflight(const char *origins, const struct request *r,
    const char *methods, struct response *reply)
{
	if (r->method != METHOD_OPTIONS || methods == NULL ||
	    request_param(r, "HTTP_ACCESS_CONTROL_REQUEST_METHOD") == NULL ||
	    find_origin(origins, r) == NULL)
		return false;
	response_clear(reply);
	reply->status = 204;
	response_header(reply, "Access-Control-Allow-Methods", methods);
	response_header(reply, "Access-Control-Allow-Headers", REQUEST_HEADERS);
	/* Browsers keep it no longer than two hours anyway. */
	response_header(reply, "Access-Control-Max-Age", "600");
	return true;
}
