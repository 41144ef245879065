/* SPDX-License-Identifier: MIT */
/*
 * A new connection, and what shows that none is coming.
 *
 * A worker never blocks in accept(): it would have to be woken by a signal,
 * and libfcgi 2.4.2 gives up a request whose read() or poll() is interrupted,
 * so a signal that comes just after accept() loses the request.  Instead the
 * listening socket does not block and each worker waits in an epoll of its
 * own; EPOLLEXCLUSIVE wakes one of them for one connection.
 *
 * Nor does it wait for a request's beginning: see porch.h.
 */
#include "http/fcgi/fcgi_private.h"

#include "base/clock.h"

#include <errno.h>
#include <poll.h>
#include <sys/epoll.h>
#include <unistd.h>

/* How long a connection that the web server keeps may hold a worker without
 * a request: others may be waiting in the queue. */
#define KEEP_IDLE_MS 1000

/* How often a worker that drains looks whether the others have finished what
 * is parked. */
#define PARKED_LOOK_MS 20

static bool
add_ready(int ready, int fd, uint32_t events)
{
	struct epoll_event event = { .events = events };

	event.data.fd = fd;
	return epoll_ctl(ready, EPOLL_CTL_ADD, fd, &event) == 0;
}

int
news_open(const struct service *s)
{
	int fd = epoll_create1(EPOLL_CLOEXEC);

	if (fd >= 0 &&
	    !(add_ready(fd, LISTEN_FD, EPOLLIN | EPOLLEXCLUSIVE) &&
		add_ready(fd, s->bell, EPOLLIN | EPOLLEXCLUSIVE) &&
		add_ready(fd, porch_fd(s->porch), EPOLLIN) &&
		add_ready(fd, s->drain, EPOLLIN))) {
		close(fd);
		fd = -1;
	}
	return fd;
}

/* Is there anybody for whom to stay? */
static bool
is_awaited(const struct service *s)
{
	return atomic_load(&s->parked) > 0 ||
	    (!atomic_load(&s->closed) && porch_count(s->porch) > 0);
}

/* The drain is on and the queue is empty: stay while anything is parked, or
 * has been accepted and may still ask. */
static enum news
wait_for_parked(const struct service *s)
{
	struct pollfd fds[3] = {
		{ .fd = s->bell, .events = POLLIN },
		{ .fd = LISTEN_FD, .events = POLLIN },
		{ .fd = porch_fd(s->porch), .events = POLLIN },
	};

	while (is_awaited(s)) {
		if (poll(fds, atomic_load(&s->closed) ? 1 : 3,
			PARKED_LOOK_MS) <= 0)
			continue;
		if (fds[0].revents != 0)
			return NEWS_RESUMED;
		return fds[1].revents != 0 ? NEWS_REQUEST : NEWS_HEAD;
	}
	return NEWS_END;
}

/* What is in the queue when the drain begins is still taken: to its senders
 * it is accepted. */
static enum news
wait_for_news(struct service *s, int ready)
{
	struct epoll_event events[4];
	bool connection = false, bell = false, head = false;
	int i, count;

	do {
		count = epoll_wait(ready, events, 4, -1);
	} while (count < 0 && errno == EINTR);
	for (i = 0; i < count; i++) {
		connection |= events[i].data.fd == LISTEN_FD;
		bell |= events[i].data.fd == s->bell;
		head |= events[i].data.fd == porch_fd(s->porch);
	}
	if (connection && !atomic_load(&s->closed)) {
		/* Both may have been meant for this worker alone, which goes
		 * for one: another must go for the other. */
		if (bell)
			peer_ring_again(s);
		return NEWS_REQUEST;
	}
	if (bell)
		return NEWS_RESUMED;
	return head && !atomic_load(&s->closed) ? NEWS_HEAD
						: wait_for_parked(s);
}

/* Does the connection that the web server keeps bring another request? */
static enum news
wait_on_kept(struct service *s, const struct peer *p)
{
	struct pollfd fds[3] = {
		{ .fd = p->request->ipcFd, .events = POLLIN },
		{ .fd = s->bell, .events = POLLIN },
		{ .fd = s->drain, .events = POLLIN },
	};
	int64_t idle_ms = (clock_steady_us() - p->kept_us) / 1000;

	if (idle_ms >= KEEP_IDLE_MS || atomic_load(&s->closed) ||
	    poll(fds, 3, (int)(KEEP_IDLE_MS - idle_ms)) <= 0)
		return NEWS_END;
	if (fds[0].revents != 0)
		return NEWS_REQUEST;
	return fds[1].revents != 0 ? NEWS_RESUMED : NEWS_END;
}

/* libfcgi does not say whether it kept a connection, so its fd is looked
 * at, though fcgiapp.h calls it private. */
enum news
news_wait(struct service *s, int ready, struct peer *p)
{
	enum news news;

	if (p->request->ipcFd >= 0) {
		if ((news = wait_on_kept(s, p)) != NEWS_END)
			return news;
		FCGX_Free(p->request, 1);
	}
	return wait_for_news(s, ready);
}
