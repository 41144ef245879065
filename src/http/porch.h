/* SPDX-License-Identifier: MIT */
/*
 * porch: where connections wait until the head of their request has arrived.
 *
 * A worker that reads a request cannot do anything else meanwhile, and libfcgi
 * reads whatever it is sent, at any length and pace, and believes what it is
 * told of lengths.  So new connections are looked at without reading them: a
 * worker gets one only when its request has begun well, all of its parameters
 * are there, and their lengths are true.  However many connections are silent,
 * or stop in the middle, they hold no worker; what does not begin as a request
 * does, or has more parameters than PORCH_HEAD_MAX, is closed.
 *
 * Any thread may call.
 */
#ifndef HTTP_PORCH_H
#define HTTP_PORCH_H

#include <stddef.h>

/* Bytes of a request's records up to the end of its parameters.  The web
 * servers take less from their clients unless they are told to. */
#define PORCH_HEAD_MAX ((size_t)64 << 10)

struct porch;

/* For the connections of a listening socket that does not block; NULL when
 * that fails. */
struct porch *porch_new(int listening);
void porch_free(struct porch *p); /* NULL is fine; closes who waits */

/* Readable (EPOLLIN) when porch_take is worth a call. */
int porch_fd(const struct porch *p);

/* Do any connections wait? */
int porch_count(struct porch *p);

/* Accept one connection.  Its descriptor, which is the caller's, when the head
 * of its request is there, as it usually is; -EAGAIN when it is not, or no
 * connection waits to be accepted; another negative errno on trouble. */
int porch_accept(struct porch *p);

/* One of those who wait, whose request's head is there by now; -EAGAIN when
 * there is none.  When more than descriptors allow want to wait, those who
 * have waited longest are closed. */
int porch_take(struct porch *p);

/* How a request begins, as far as it is there. */
enum porch_head {
	PORCH_WHOLE,
	PORCH_PART,
	PORCH_BROKEN,
};

enum porch_head porch_read_head(const unsigned char *bytes, size_t len);

#endif
