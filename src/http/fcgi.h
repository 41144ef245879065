/* SPDX-License-Identifier: MIT */
/*
 * fcgi: takes requests from the web server, as FastCGI responder (standard
 * input is a listening socket) or as plain CGI, and hands them to one
 * function.  The only module that knows libfcgi.
 */
#ifndef HTTP_FCGI_H
#define HTTP_FCGI_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* One request and the way back, the same for both modes. */
struct exchange {
	const char *const *env; /* "NAME=value", ended by NULL */
	bool may_park;          /* handle may leave it parked */
	void *visit;            /* the program's own: see visit_start */
	void *stream;           /* fcgi's own */
};

/* Read up to len bytes of the body; 0 at its end, -1 on a broken peer.
 * Under plain CGI the end may never come: do not ask for more than
 * CONTENT_LENGTH says (RFC 3875, 4.2). */
ssize_t exchange_read(struct exchange *x, char *bytes, size_t len);

/* Write part of the answer; false when the peer is gone. */
bool exchange_write(void *exchange, const char *bytes, size_t len);

/* End the exchange so that the answer does not look whole: the connection to
 * the web server is closed without the record that ends a request.  Plain CGI
 * has no such sign but the exit status, which web servers ignore. */
void exchange_abort(struct exchange *x);

/* Has the process been asked to end, and finishes what it has? */
bool exchange_drains(const struct exchange *x);

/* Let a parked exchange go on: a worker will call handle_resumed.  To be called
 * once, from any thread; the exchange is not the caller's any more then. */
void exchange_resume(struct exchange *x);

struct fcgi_service {
	unsigned threads;
	/* Exchanges that may be parked at once, at least; when none may be
	 * parked any more, the workers that have parked theirs wait. */
	unsigned parked_max;
	/* A worker's own state; called in its thread.  worker_start returns
	 * NULL when it cannot start, which ends the service. */
	void *(*worker_start)(void *app);
	void (*worker_end)(void *worker);
	/* The program's part of an exchange, kept from one exchange to the
	 * next and used by one thread at a time; NULL: it cannot be had. */
	void *(*visit_start)(void *app);
	void (*visit_end)(void *visit);
	/* Answer; false when the exchange is parked: neither handle nor the
	 * worker touches it until exchange_resume, which may come sooner than
	 * handle returns.  Then handle_resumed answers. */
	bool (*handle)(void *worker, struct exchange *x);
	void (*handle_resumed)(struct exchange *x);
	/* Asked about once a second, in the thread that called fcgi_serve:
	 * true drains the process (its binary was replaced).  May be NULL. */
	bool (*should_end)(void *app);
	void *app;
};

/* Is standard input a FastCGI listening socket? */
bool fcgi_is_responder(void);

enum fcgi_end {
	FCGI_ENDED,
	FCGI_FAILED,    /* the service could not start */
	FCGI_ABANDONED, /* it ended, but a worker was still busy */
};

/* Serve until SIGTERM or SIGUSR1, then finish what was accepted, or waits in
 * the socket's queue, and return within 5 seconds.  Both signals stay
 * blocked.  After FCGI_ABANDONED a worker still uses what it was given: the
 * caller exits without freeing it. */
enum fcgi_end fcgi_serve(const struct fcgi_service *s);

/* Serve the one request in the environment (plain CGI, no threads). */
enum fcgi_end fcgi_serve_cgi(const struct fcgi_service *s);

#endif
