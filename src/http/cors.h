/* SPDX-License-Identifier: MIT */
/*
 * cors: lets the pages of chosen origins read our answers in a browser (the
 * CORS protocol, section 3.2 of the Fetch standard).
 *
 * Origins are compared as a whole; there is no "*", and credentials are never
 * allowed: callers send a bearer token, no cookie.  `origins` is the list of
 * the configuration, with blanks between; when it is empty nothing is done.
 */
#ifndef HTTP_CORS_H
#define HTTP_CORS_H

#include "http/request.h"
#include "http/response.h"

#include <stdbool.h>

/* Put on the answer what a page of an allowed origin needs to read it, and
 * tell caches that it depends on the origin. */
void cors_allow(
    const char *origins, const struct request *r, struct response *reply);

/* Is the request a preflight of an allowed origin?  Then reply is the whole
 * answer to it (but for what cors_allow adds): 204 with methods, those that
 * the path knows ("GET, HEAD"). */
bool cors_preflight(const char *origins, const struct request *r,
    const char *methods, struct response *reply);

#endif
