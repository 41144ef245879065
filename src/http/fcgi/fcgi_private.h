/* SPDX-License-Identifier: MIT */
/*
 * What the files of the fcgi module share.
 *
 *	stream.c  the bytes of one exchange, both ways, and its end
 *	peer.c    peers that are idle, and those that may go on
 *	news.c    what a worker waits for
 *	serve.c   the workers' work, their start and their end
 */
#ifndef HTTP_FCGI_FCGI_PRIVATE_H
#define HTTP_FCGI_FCGI_PRIVATE_H

#include "http/fcgi.h"
#include "http/porch.h"

#include <fcgiapp.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <unistd.h>

#define LISTEN_FD STDIN_FILENO /* of a responder */
#define NO_FD (-1)             /* what libfcgi accepts connections from */

/* One worker thread and what it tells the thread that drains. */
struct worker {
	struct service *service;
	pthread_t thread;
	bool left; /* under the service's lock */
};

struct service {
	struct fcgi_service app;
	struct porch *porch; /* where connections are until they ask */
	int drain;           /* eventfd, readable from the drain's start on */
	atomic_bool closed;  /* take nothing more, whatever waits */

	/* Handled, not finished.  Counted by the worker that parks, so it may
	 * be -1 for a moment, when another was quick to finish. */
	atomic_int parked;
	atomic_uint resumed_count;
	int bell; /* eventfd, readable while somebody is in resumed */

	pthread_mutex_t lock;
	struct peer *idle;             /* under the lock, as the rest */
	struct peer *resumed, *newest; /* queue of those to be finished */
	unsigned peers, peers_max;
	unsigned starving; /* workers that wait for a peer */
	pthread_cond_t fed;
	pthread_cond_t changed;
	unsigned reported; /* workers whose start is known, under the lock */
	unsigned failed;   /* of these, the ones that could not start */
	unsigned left;     /* workers that have ended */
	unsigned count;
	struct worker workers[];
};

/* One exchange at a time; behind exchange.stream. */
struct peer {
	struct peer *next; /* idle, or to be finished */
	struct service *service;
	struct exchange exchange;
	FCGX_Request *request; /* NULL under plain CGI, else the next */
	FCGX_Request fcgi;
	int64_t kept_us; /* since when its connection is kept and idle */
	int64_t unread;  /* plain CGI: bytes of the body that may still come */
	struct gathered *gathered; /* plain CGI: what has not left yet */
	bool aborted;
};

/* How many bytes of body the web server announces to a CGI program; without a
 * length (chunked) they end with standard input. */
int64_t stream_announced_cgi(void);

/* An answer is several small pieces, and each write() wakes the web server;
 * libfcgi gathers them likewise.  The last ones leave with the call. */
struct gathered {
	char bytes[8192];
	size_t len;
};

bool stream_write_gathered(struct peer *p);

/* End the request as exchange_abort or its absence says. */
void stream_finish(struct peer *p);

/* Make an eventfd readable. */
void peer_ring(int fd);

/* The next one to be finished, or NULL.  A ring wakes one worker, and that one
 * wakes the next when it leaves something to do. */
struct peer *peer_take_resumed(struct service *s);

/* Wake another worker for what is still to be finished. */
void peer_ring_again(struct service *s);

/* Put back a peer whose exchange is over. */
void peer_give(struct service *s, struct peer *p);

/* A worker's first peer; NULL when there is no memory for it. */
struct peer *peer_take_first(struct service *s);

/* A peer for a worker that has parked its own; NULL when one is to be finished
 * first, because no more may be parked. */
struct peer *peer_take(struct service *s);

/* What a worker wakes up for. */
enum news {
	NEWS_REQUEST, /* a connection waits to be accepted, or brings more */
	NEWS_HEAD,    /* one of those on the porch has more to say */
	NEWS_RESUMED, /* look for a parked exchange that may go on */
	NEWS_END,
};

/* The descriptor that a worker waits on; -1 when there is none. */
int news_open(const struct service *s);

/* Wait for something to do.  p is the worker's own peer, whose connection may
 * bring another request. */
enum news news_wait(struct service *s, int ready, struct peer *p);

#endif
