/* SPDX-License-Identifier: MIT */
#include "http/response.h"

#include "base/log.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define HEADERS_MAX_BYTES ((size_t)64 << 10)
#define USUAL_BYTES ((size_t)2047)

/* How much of a file is in memory at a time: what one FastCGI record takes
 * (64 KiB, less what would have to be padded). */
#define FILE_PIECE_BYTES ((size_t)65528)

/* What an idle response may hold of each: the usual answer needs no more. */
#define KEPT_MAX_BYTES ((size_t)8 << 10)

static const struct {
	int status;
	const char *phrase;
} reasons[] = {
	{ 200, "OK" },
	{ 201, "Created" },
	{ 202, "Accepted" },
	{ 204, "No Content" },
	{ 206, "Partial Content" },
	{ 301, "Moved Permanently" },
	{ 302, "Found" },
	{ 303, "See Other" },
	{ 304, "Not Modified" },
	{ 307, "Temporary Redirect" },
	{ 308, "Permanent Redirect" },
	{ 400, "Bad Request" },
	{ 401, "Unauthorized" },
	{ 403, "Forbidden" },
	{ 404, "Not Found" },
	{ 405, "Method Not Allowed" },
	{ 406, "Not Acceptable" },
	{ 408, "Request Timeout" },
	{ 409, "Conflict" },
	{ 410, "Gone" },
	{ 411, "Length Required" },
	{ 412, "Precondition Failed" },
	{ 413, "Content Too Large" },
	{ 414, "URI Too Long" },
	{ 415, "Unsupported Media Type" },
	{ 416, "Range Not Satisfiable" },
	{ 422, "Unprocessable Content" },
	{ 428, "Precondition Required" },
	{ 429, "Too Many Requests" },
	{ 431, "Request Header Fields Too Large" },
	{ 500, "Internal Server Error" },
	{ 501, "Not Implemented" },
	{ 502, "Bad Gateway" },
	{ 503, "Service Unavailable" },
	{ 504, "Gateway Timeout" },
	{ 507, "Insufficient Storage" },
};

void
response_init(struct response *r)
{
	memset(r, 0, sizeof(*r));
	r->status = 200;
	r->file = -1;
	buf_init(&r->headers, HEADERS_MAX_BYTES);
	buf_init(&r->body, RESPONSE_MAX_BYTES);
}

static void
close_file(struct response *r)
{
	if (r->file >= 0)
		close(r->file);
	r->file = -1;
	r->file_at = r->file_len = 0;
}

void
response_free(struct response *r)
{
	close_file(r);
	buf_free(&r->headers);
	buf_free(&r->body);
}

void
response_clear(struct response *r)
{
	r->status = 200;
	close_file(r);
	buf_clear(&r->headers);
	buf_clear(&r->body);
	r->begun = r->ended = r->cut = false;
}

void
response_file(struct response *r, int fd, int64_t at, int64_t len)
{
	assert(fd >= 0 && at >= 0 && len >= 0 && !r->begun);
	close_file(r);
	r->file = fd;
	r->file_at = at;
	r->file_len = len;
}

void
response_shrink(struct response *r)
{
	if (r->headers.cap > KEPT_MAX_BYTES)
		buf_free(&r->headers);
	if (r->body.cap > KEPT_MAX_BYTES)
		buf_free(&r->body);
	response_clear(r);
}

bool
response_reserve(struct response *r)
{
	bool has_headers = buf_reserve(&r->headers, USUAL_BYTES);

	return buf_reserve(&r->body, USUAL_BYTES) && has_headers;
}

void
response_attach(struct response *r, response_write_fn *write, void *sink)
{
	r->write = write;
	r->sink = sink;
}

void
response_header(struct response *r, const char *name, const char *value)
{
	assert(name[0] != '\0' && strpbrk(name, ": \r\n") == NULL);
	if (strpbrk(value, "\r\n") != NULL) {
		r->headers.failed = true;
		return;
	}
	buf_text(&r->headers, name);
	buf_add(&r->headers, ": ", 2);
	buf_text(&r->headers, value);
	buf_add(&r->headers, "\r\n", 2);
}

const char *
response_reason(int status)
{
	size_t i;

	for (i = 0; i < sizeof(reasons) / sizeof(*reasons); i++) {
		if (reasons[i].status == status)
			return reasons[i].phrase;
	}
	return "Unknown";
}

static bool
write_status(int status, response_write_fn *write, void *sink)
{
	char line[80];

	/* "Status:" is CGI's way of naming it (RFC 3875, 6.3.3). */
	snprintf(line, sizeof(line), "Status: %d %s\r\n", status,
	    response_reason(status));
	return write(sink, line, strlen(line));
}

/* The length, and the empty line that ends the headers. */
static bool
write_length(int64_t len, response_write_fn *write, void *sink)
{
	char line[64];

	snprintf(
	    line, sizeof(line), "Content-Length: %" PRId64 "\r\n\r\n", len);
	return write(sink, line, strlen(line));
}

bool
response_flush(struct response *r, bool head_only)
{
	if (buf_failed(&r->headers) || buf_failed(&r->body))
		return false;
	if (r->write == NULL)
		return true;
	if (!r->begun) {
		r->begun = true;
		r->ended = !write_status(r->status, r->write, r->sink) ||
		    !r->write(r->sink, r->headers.ptr, r->headers.len) ||
		    !r->write(r->sink, "\r\n", 2) || head_only;
	}
	if (!r->ended)
		r->ended = !r->write(r->sink, r->body.ptr, r->body.len);
	buf_clear(&r->body);
	return !r->ended;
}

void
response_cut(struct response *r)
{
	assert(r->begun);
	r->cut = true;
}

/* What is left of an answer whose first pieces have gone. */
static bool
write_rest(const struct response *r, response_write_fn *write, void *sink)
{
	if (r->cut || buf_failed(&r->body))
		return false;
	return r->ended || r->body.len == 0 ||
	    write(sink, r->body.ptr, r->body.len);
}

/* Nothing is locked meanwhile, whatever time the peer takes.  A file that
 * ends early was damaged after it was opened; its length is out already. */
static bool
write_file(struct response *r, response_write_fn *write, void *sink)
{
	char piece[FILE_PIECE_BYTES];
	size_t want;
	ssize_t got;

	while (r->file_len > 0) {
		want = r->file_len < (int64_t)sizeof(piece)
		    ? (size_t)r->file_len
		    : sizeof(piece);
		got = pread(r->file, piece, want, (off_t)r->file_at);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0) {
			log_line("event=file_cut left=%" PRId64 " errno=%d",
			    r->file_len, got < 0 ? errno : 0);
			r->cut = true;
			return false;
		}
		if (!write(sink, piece, (size_t)got))
			return false;
		r->file_at += got;
		r->file_len -= got;
	}
	return true;
}

bool
response_write(
    struct response *r, bool head_only, response_write_fn *write, void *sink)
{
	const bool bodiless = r->status == 204 || r->status == 304;
	bool written;

	if (r->begun)
		return write_rest(r, write, sink);
	if (buf_failed(&r->headers) || (buf_failed(&r->body) && !bodiless))
		return write_status(500, write, sink) &&
		    write_length(0, write, sink);
	if (!write_status(r->status, write, sink))
		return false;
	if (r->headers.len > 0 && !write(sink, r->headers.ptr, r->headers.len))
		return false;
	if (bodiless)
		return write(sink, "\r\n", 2);
	if (!write_length(
		r->file >= 0 ? r->file_len : (int64_t)r->body.len, write, sink))
		return false;
	if (head_only)
		return true;
	if (r->file >= 0) {
		written = write_file(r, write, sink);
		close_file(r);
		return written;
	}
	return r->body.len == 0 || write(sink, r->body.ptr, r->body.len);
}
