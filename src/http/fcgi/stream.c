/* SPDX-License-Identifier: MIT */
#include "http/fcgi/fcgi_private.h"

#include "base/clock.h"

#include <errno.h>
#include <fastcgi.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

/* Bytes that are worth a record of their own, and the most that one holds. */
#define RECORD_MIN_BYTES 16384
#define RECORD_MAX_BYTES 65528

/* How much of a body that nobody wants is read away under plain CGI. */
#define CGI_UNREAD_MAX ((int64_t)64 << 20)

static ssize_t
read_fcgi(FCGX_Request *r, char *bytes, size_t len)
{
	const int want = len > INT_MAX ? INT_MAX : (int)len;
	const int got = FCGX_GetStr(bytes, want, r->in);

	/* FCGX_GetStr tells the end and a fault by the same short count. */
	if (got < want && FCGX_GetError(r->in) != 0)
		return -1;
	return got;
}

static ssize_t
read_cgi(struct peer *p, char *bytes, size_t len)
{
	ssize_t got;

	do {
		got = read(STDIN_FILENO, bytes, len);
	} while (got < 0 && errno == EINTR);
	p->unread = got > 0 ? p->unread - got : 0;
	return got;
}

/* Under mod_cgid standard input and output are one socket: to end with a
 * part of the body unread resets it, and the answer is lost. */
static void
read_away_cgi(struct peer *p)
{
	char bytes[8192];
	size_t len;

	while (p->unread > 0) {
		len = p->unread < (int64_t)sizeof(bytes) ? (size_t)p->unread
							 : sizeof(bytes);
		(void)read_cgi(p, bytes, len); /* the end clears unread */
	}
}

/* How many bytes of body the web server announces; without a length
 * (chunked) they end with standard input. */
int64_t
stream_announced_cgi(void)
{
	const char *length = getenv("CONTENT_LENGTH");
	char *end;
	long long bytes;

	if (length == NULL || *length == '\0')
		return getenv("HTTP_TRANSFER_ENCODING") != NULL ? CGI_UNREAD_MAX
								: 0;
	errno = 0;
	bytes = strtoll(length, &end, 10);
	if (errno != 0 || *end != '\0' || bytes > CGI_UNREAD_MAX)
		return CGI_UNREAD_MAX;
	return bytes;
}

ssize_t
exchange_read(struct exchange *x, char *bytes, size_t len)
{
	struct peer *p = x->stream;

	return p->request != NULL ? read_fcgi(p->request, bytes, len)
				  : read_cgi(p, bytes, len);
}

/* Send one record of output past libfcgi's buffer, which would make eight of
 * it: lighttpd writes each record into its temporary file on its own, and a
 * recording of 10 MB came through 1.7 times as fast with the large ones. */
static bool
send_record(FCGX_Request *r, const char *bytes, size_t len)
{
	const FCGI_Header header = {
		.version = FCGI_VERSION_1,
		.type = FCGI_STDOUT,
		.requestIdB1 = (unsigned char)(r->requestId >> 8),
		.requestIdB0 = (unsigned char)r->requestId,
		.contentLengthB1 = (unsigned char)(len >> 8),
		.contentLengthB0 = (unsigned char)len,
	};
	struct iovec parts[2] = {
		{ .iov_base = (void *)(uintptr_t)&header,
		    .iov_len = sizeof(header) },
		{ .iov_base = (void *)(uintptr_t)bytes, .iov_len = len },
	};
	struct iovec *part = parts;
	ssize_t sent;

	while (part < parts + 2) {
		sent = writev(r->ipcFd, part, (int)(parts + 2 - part));
		if (sent < 0 && errno == EINTR)
			continue;
		if (sent <= 0)
			return false;
		while (part < parts + 2 && (size_t)sent >= part->iov_len)
			sent -= (ssize_t)part++->iov_len;
		if (part < parts + 2) {
			part->iov_base = (char *)part->iov_base + sent;
			part->iov_len -= (size_t)sent;
		}
	}
	return true;
}

/* What does not leave at once stays in libfcgi's 8 KiB until the request is
 * finished, so the last part may fail unseen. */
static bool
write_fcgi(FCGX_Request *r, const char *bytes, size_t len)
{
	int part;

	if (len >= RECORD_MIN_BYTES && FCGX_FFlush(r->out) != 0)
		return false;
	while (len >= RECORD_MIN_BYTES) {
		part = len > RECORD_MAX_BYTES ? RECORD_MAX_BYTES : (int)len;
		if (!send_record(r, bytes, (size_t)part))
			return false;
		bytes += part;
		len -= (size_t)part;
	}
	while (len > 0) {
		part = len > INT_MAX ? INT_MAX : (int)len;
		if (FCGX_PutStr(bytes, part, r->out) != part ||
		    FCGX_GetError(r->out) != 0)
			return false;
		bytes += part;
		len -= (size_t)part;
	}
	return true;
}

static bool
write_out(const char *bytes, size_t len)
{
	ssize_t sent;

	while (len > 0) {
		sent = write(STDOUT_FILENO, bytes, len);
		if (sent < 0 && errno == EINTR)
			continue;
		if (sent <= 0)
			return false;
		bytes += sent;
		len -= (size_t)sent;
	}
	return true;
}

bool
stream_write_gathered(struct peer *p)
{
	const size_t len = p->gathered->len;

	p->gathered->len = 0;
	read_away_cgi(p);
	return write_out(p->gathered->bytes, len);
}

static bool
write_cgi(struct peer *p, const char *bytes, size_t len)
{
	struct gathered *g = p->gathered;

	if (len > sizeof(g->bytes) - g->len)
		return stream_write_gathered(p) && write_out(bytes, len);
	if (len > 0)
		memcpy(g->bytes + g->len, bytes, len);
	g->len += len;
	return true;
}

bool
exchange_write(void *exchange, const char *bytes, size_t len)
{
	const struct exchange *x = exchange;
	struct peer *p = x->stream;

	if (p->request != NULL)
		return write_fcgi(p->request, bytes, len);
	return write_cgi(p, bytes, len);
}

bool
exchange_drains(const struct exchange *x)
{
	const struct peer *p = x->stream;
	struct pollfd drain = { .events = POLLIN };

	if (p->service == NULL)
		return false; /* plain CGI */
	drain.fd = p->service->drain;
	return poll(&drain, 1, 0) > 0;
}

void
exchange_abort(struct exchange *x)
{
	struct peer *p = x->stream;

	p->aborted = true;
}

/*
 * End the request.  FCGX_Finish_r reads away what a peer still sends, for at
 * most 2 s of silence, unless the connection is kept: then a body that was
 * not read would be taken for the next request, so such a connection is
 * closed.  For a request without a body FCGX_GetChar takes the empty STDIN
 * record.
 */
static void
finish_request(FCGX_Request *r)
{
	const bool unread = r->keepConnection && FCGX_GetChar(r->in) != EOF;

	FCGX_Finish_r(r);
	if (unread)
		FCGX_Free(r, 1);
}

void
stream_finish(struct peer *p)
{
	if (p->aborted)
		FCGX_Free(p->request, 1);
	else
		finish_request(p->request);
	p->kept_us = clock_steady_us();
}
