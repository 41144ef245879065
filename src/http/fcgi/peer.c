/* SPDX-License-Identifier: MIT */
#include "http/fcgi/fcgi_private.h"

#include "base/log.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

void
peer_ring(int fd)
{
	const uint64_t one = 1;

	/* An eventfd has room for far more ones than there are peers. */
	if (write(fd, &one, sizeof(one)) != (ssize_t)sizeof(one))
		log_line("event=ring_failed errno=%d", errno);
}

static void
silence(int fd)
{
	uint64_t rung;

	(void)!read(fd, &rung, sizeof(rung)); /* it may be silent already */
}

void
exchange_resume(struct exchange *x)
{
	struct peer *p = x->stream;
	struct service *s = p->service;

	/* All under the lock: the service may end as soon as p is taken. */
	pthread_mutex_lock(&s->lock);
	p->next = NULL;
	atomic_fetch_add(&s->resumed_count, 1);
	if (s->resumed == NULL) {
		s->resumed = p;
		peer_ring(s->bell);
	} else {
		s->newest->next = p;
	}
	s->newest = p;
	if (s->starving > 0)
		pthread_cond_signal(&s->fed);
	pthread_mutex_unlock(&s->lock);
}

struct peer *
peer_take_resumed(struct service *s)
{
	struct peer *p;

	if (atomic_load(&s->resumed_count) == 0)
		return NULL;
	pthread_mutex_lock(&s->lock);
	p = s->resumed;
	if (p != NULL) {
		s->resumed = p->next;
		atomic_fetch_sub(&s->resumed_count, 1);
		if (s->resumed == NULL)
			silence(s->bell);
		else
			peer_ring(s->bell);
	}
	pthread_mutex_unlock(&s->lock);
	return p;
}

void
peer_ring_again(struct service *s)
{
	pthread_mutex_lock(&s->lock);
	if (s->resumed != NULL)
		peer_ring(s->bell);
	pthread_mutex_unlock(&s->lock);
}

void
peer_give(struct service *s, struct peer *p)
{
	pthread_mutex_lock(&s->lock);
	p->next = s->idle;
	s->idle = p;
	if (s->starving > 0)
		pthread_cond_signal(&s->fed);
	pthread_mutex_unlock(&s->lock);
}

static struct peer *
new_peer(struct service *s)
{
	struct peer *p = calloc(1, sizeof(*p));

	if (p == NULL)
		return NULL;
	p->exchange.visit = s->app.visit_start(s->app.app);
	if (p->exchange.visit == NULL) {
		free(p);
		return NULL;
	}
	p->service = s;
	p->exchange.stream = p;
	p->request = &p->fcgi;
	FCGX_InitRequest(p->request, NO_FD, FCGI_FAIL_ACCEPT_ON_INTR);
	return p;
}

/* The peer used last, or a new one; NULL when there is no memory for it. */
static struct peer *
find_peer(struct service *s)
{
	struct peer *p = s->idle;

	if (p != NULL) {
		s->idle = p->next;
		return p;
	}
	if (s->peers < s->peers_max && (p = new_peer(s)) != NULL)
		s->peers++;
	return p;
}

struct peer *
peer_take_first(struct service *s)
{
	struct peer *p;

	pthread_mutex_lock(&s->lock);
	p = find_peer(s);
	pthread_mutex_unlock(&s->lock);
	return p;
}

struct peer *
peer_take(struct service *s)
{
	struct peer *p;

	pthread_mutex_lock(&s->lock);
	while ((p = find_peer(s)) == NULL && s->resumed == NULL) {
		s->starving++;
		pthread_cond_wait(&s->fed, &s->lock);
		s->starving--;
	}
	pthread_mutex_unlock(&s->lock);
	return p;
}
