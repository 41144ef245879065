/* SPDX-License-Identifier: MIT */
/*
 * response: an answer, built whole in memory and written once.
 *
 * Nothing leaves before response_write, so a handler may run again, or be
 * answered by an error instead, until the last moment.
 */
#ifndef HTTP_RESPONSE_H
#define HTTP_RESPONSE_H

#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>

#define RESPONSE_MAX_BYTES ((size_t)64 << 20)

struct response {
	int status;
	struct buf headers; /* finished lines, each ended by CRLF */
	struct buf body;
};

void response_init(struct response *r);
void response_free(struct response *r);
void response_clear(struct response *r); /* keeps the memory */

/* Add one header line.  A value with CR, LF or NUL marks the headers failed:
 * nothing a client sent can split the answer. */
void response_header(struct response *r, const char *name, const char *value);

/* Write status, headers, Content-Length and body through write (which
 * returns false when the peer is gone).  204 and 304 go without body and
 * length; with head_only the length is sent and the body is not.  When an
 * append to headers or body has failed, a bare 500 is written instead. */
typedef bool response_write_fn(void *sink, const char *bytes, size_t len);
bool response_write(const struct response *r, bool head_only,
    response_write_fn *write, void *sink);

/* The reason phrase of a status. */
const char *response_reason(int status);

#endif
