/* SPDX-License-Identifier: MIT */
/*
 * response: an answer, built whole in memory and written once.
 *
 * Nothing leaves before response_write, so a handler may run again, or be
 * answered by an error instead, until the last moment.  The exceptions are
 * bodies too long for that.  One that is made row by row leaves in pieces by
 * response_flush: from the first piece on the answer has begun, its status
 * stands, and a failure can only cut it short.  One that lies in a file
 * (response_file) is read while it is written, when the handler and its
 * transaction have long ended.
 */
#ifndef HTTP_RESPONSE_H
#define HTTP_RESPONSE_H

#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RESPONSE_MAX_BYTES ((size_t)64 << 20)

/* Takes bytes of the answer; false when the peer is gone. */
typedef bool response_write_fn(void *sink, const char *bytes, size_t len);

struct response {
	int status;
	struct buf headers; /* finished lines, each ended by CRLF */
	struct buf body;    /* what has not left yet */
	int file;           /* the body instead, unless -1; owned */
	int64_t file_at, file_len;
	response_write_fn *write; /* where pieces go; NULL: none leave */
	void *sink;
	bool begun; /* status and headers have left */
	bool ended; /* nobody takes another piece: HEAD, or the peer is gone */
	bool cut;   /* begun, and must not look whole */
};

void response_init(struct response *r);
void response_free(struct response *r);
void response_clear(struct response *r); /* keeps the memory, and the sink */

/* The same, and give back what a long answer took. */
void response_shrink(struct response *r);

/* Have the memory for the answers that most requests get, and for every
 * failure's.  False when it cannot be had. */
bool response_reserve(struct response *r);

/* Let the body be len bytes of an open file, from offset at on, instead of
 * what is in memory.  The descriptor is the response's from now on; it is
 * closed when the answer was written, is cleared or freed. */
void response_file(struct response *r, int fd, int64_t at, int64_t len);

/* Say where the pieces of a long body go; NULL: none leave early. */
void response_attach(struct response *r, response_write_fn *write, void *sink);

/* Hand over what is in the body so far, headers first, and empty it.  There
 * is no Content-Length then.  False when the rest can be spared: the peer is
 * gone, with head_only it has all it asked for, or an append has failed
 * (which is left for whoever asks buf_failed).  Without a sink nothing is
 * handed over and the body grows on. */
bool response_flush(struct response *r, bool head_only);

/* Mark a begun answer as one that could not be finished. */
void response_cut(struct response *r);

/* Add one header line.  A value with CR, LF or NUL marks the headers failed:
 * nothing a client sent can split the answer. */
void response_header(struct response *r, const char *name, const char *value);

/* Write status, headers, Content-Length and body through write (which
 * returns false when the peer is gone).  204 and 304 go without body and
 * length; with head_only the length is sent and the body is not.  When an
 * append to headers or body has failed, a bare 500 is written instead.  Of an
 * answer that has begun the last piece is written.  False also when the answer
 * was cut, or is now because its file ended early: r->cut says so, and then
 * the connection must not be closed in the usual way. */
bool response_write(
    struct response *r, bool head_only, response_write_fn *write, void *sink);

/* The reason phrase of a status. */
const char *response_reason(int status);

#endif
