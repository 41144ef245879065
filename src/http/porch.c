/* SPDX-License-Identifier: MIT */
#include "http/porch.h"

#include <errno.h>
#include <fastcgi.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

/* Web servers connect and write at once: what comes within this time need not
 * be waited for with everybody else.  Thousands who stay silent cost a second
 * of one worker at most. */
#define PATIENCE_MS 1

/* How long a peer may keep a worker waiting for the next bytes of a body, or
 * for room for those of an answer. */
#define SILENCE_S 30

#define WAITING_MAX 4096
#define WAITING_MIN 16

#define TAKE_EVENTS 64

struct porch {
	int listening;
	int epoll; /* of those who wait; each new byte counts once */
	pthread_mutex_t lock;
	size_t max;
	size_t count;
	int waiting[WAITING_MAX]; /* under the lock, first come first */
};

/* Half of the descriptors that the process may have. */
static size_t
count_places(void)
{
	struct rlimit limit;
	size_t places = WAITING_MAX;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0 &&
	    limit.rlim_cur / 2 < WAITING_MAX)
		places = (size_t)limit.rlim_cur / 2;
	return places < WAITING_MIN ? WAITING_MIN : places;
}

struct porch *
porch_new(int listening)
{
	struct porch *p = calloc(1, sizeof(*p));

	if (p == NULL)
		return NULL;
	p->listening = listening;
	p->max = count_places();
	p->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (p->epoll < 0) {
		free(p);
		return NULL;
	}
	pthread_mutex_init(&p->lock, NULL);
	return p;
}

void
porch_free(struct porch *p)
{
	size_t i;

	if (p == NULL)
		return;
	for (i = 0; i < p->count; i++)
		close(p->waiting[i]);
	close(p->epoll);
	pthread_mutex_destroy(&p->lock);
	free(p);
}

int
porch_fd(const struct porch *p)
{
	return p->epoll;
}

int
porch_count(struct porch *p)
{
	int count;

	pthread_mutex_lock(&p->lock);
	count = (int)p->count;
	pthread_mutex_unlock(&p->lock);
	return count;
}

static unsigned
read_two(const unsigned char *at)
{
	return (unsigned)at[0] << 8 | at[1];
}

/* Is this the BEGIN record of a request that we answer?  len bytes of its
 * content are there. */
static bool
is_beginning(const unsigned char *record, size_t len)
{
	return record[1] == FCGI_BEGIN_REQUEST &&
	    read_two(record + 2) != FCGI_NULL_REQUEST_ID &&
	    read_two(record + 4) == sizeof(FCGI_BeginRequestBody) &&
	    (len < 2 || read_two(record + FCGI_HEADER_LEN) == FCGI_RESPONDER);
}

/* Records of no request (id 0) ask for something about the program; libfcgi
 * answers them where a request begins. */
static bool
is_management(const unsigned char *record)
{
	return record[1] == FCGI_GET_VALUES &&
	    read_two(record + 2) == FCGI_NULL_REQUEST_ID;
}

/* A piece of the parameters of the request that began so? */
static bool
is_param(const unsigned char *record, const unsigned char *begin)
{
	return record[1] == FCGI_PARAMS &&
	    memcmp(record + 2, begin + 2, 2) == 0;
}

/* Names and values as they go by, each pair behind its two lengths: of one
 * byte, or of four with the highest bit set. */
struct pairs {
	unsigned char lengths[8];
	size_t have; /* of these */
	size_t skip; /* bytes of name and value still to come */
};

/* Take one of the lengths; false when it is not there yet. */
static bool
read_length(const struct pairs *p, size_t *at, size_t *sum)
{
	const unsigned char *length = p->lengths + *at;

	if (*at >= p->have || (length[0] & 0x80 && *at + 4 > p->have))
		return false;
	if ((length[0] & 0x80) == 0) {
		*sum += length[0];
		*at += 1;
		return true;
	}
	*sum += (size_t)(length[0] & 0x7f) << 24 | (size_t)length[1] << 16 |
	    (size_t)length[2] << 8 | length[3];
	*at += 4;
	return true;
}

static void
follow_pairs(struct pairs *p, const unsigned char *bytes, size_t len)
{
	size_t at, sum, step;

	for (; len > 0; bytes += step, len -= step) {
		step = p->skip < len ? p->skip : len;
		if (step > 0) {
			p->skip -= step;
			continue;
		}
		step = 1;
		p->lengths[p->have++] = *bytes;
		at = sum = 0;
		if (read_length(p, &at, &sum) && read_length(p, &at, &sum)) {
			p->skip = sum;
			p->have = 0;
		}
	}
}

static bool
are_whole(const struct pairs *p)
{
	return p->have == 0 && p->skip == 0;
}

enum porch_head
porch_read_head(const unsigned char *bytes, size_t len)
{
	const unsigned char *record, *begin = NULL;
	struct pairs pairs = { .have = 0 };
	size_t at = 0, content;

	for (;; at += content + record[6]) {
		record = bytes + at;
		if (at >= len)
			return PORCH_PART;
		if (record[0] != FCGI_VERSION_1)
			return PORCH_BROKEN;
		if (len - at < FCGI_HEADER_LEN)
			return PORCH_PART;
		content = read_two(record + 4);
		at += FCGI_HEADER_LEN;
		if (begin == NULL && is_beginning(record, len - at)) {
			begin = record;
			continue;
		}
		if (is_management(record))
			continue;
		if (begin == NULL || !is_param(record, begin))
			return PORCH_BROKEN;
		if (content == 0)
			return are_whole(&pairs) ? PORCH_WHOLE : PORCH_BROKEN;
		if (len - at < content)
			return PORCH_PART;
		follow_pairs(&pairs, bytes + at, content);
	}
}

/* Look at what has arrived and leave it there. */
static enum porch_head
look(int fd)
{
	unsigned char bytes[PORCH_HEAD_MAX];
	ssize_t got;

	do {
		got = recv(fd, bytes, sizeof(bytes), MSG_PEEK | MSG_DONTWAIT);
	} while (got < 0 && errno == EINTR);
	if (got < 0)
		return errno == EAGAIN ? PORCH_PART : PORCH_BROKEN;
	if (got == 0)
		return PORCH_BROKEN;
	if (porch_read_head(bytes, (size_t)got) != PORCH_PART)
		return porch_read_head(bytes, (size_t)got);
	return (size_t)got == sizeof(bytes) ? PORCH_BROKEN : PORCH_PART;
}

/* Close it, having taken what was there: a socket with unread bytes resets
 * its peer. */
static void
turn_away(int fd)
{
	unsigned char bytes[PORCH_HEAD_MAX];

	(void)recv(fd, bytes, sizeof(bytes), MSG_DONTWAIT); /* or a reset */
	close(fd);
}

static void
remove_waiting(struct porch *p, size_t i)
{
	p->count--;
	memmove(&p->waiting[i], &p->waiting[i + 1],
	    (p->count - i) * sizeof(p->waiting[0]));
}

static void
close_oldest(struct porch *p)
{
	if (p->count == 0)
		return;
	turn_away(p->waiting[0]);
	remove_waiting(p, 0);
}

/* Let it wait with the others.  What came since it was looked at is an event
 * at once. */
static void
admit(struct porch *p, int fd)
{
	struct epoll_event event = {
		.events = EPOLLIN | EPOLLRDHUP | EPOLLET,
		.data.fd = fd,
	};

	pthread_mutex_lock(&p->lock);
	if (p->count == p->max)
		close_oldest(p);
	if (epoll_ctl(p->epoll, EPOLL_CTL_ADD, fd, &event) == 0)
		p->waiting[p->count++] = fd;
	else
		close(fd);
	pthread_mutex_unlock(&p->lock);
}

static void
set_limits(int fd, sa_family_t family)
{
	const struct timeval silence = { .tv_sec = SILENCE_S };
	const int on = 1;

	if (family != AF_UNIX)
		(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	(void)setsockopt(
	    fd, SOL_SOCKET, SO_RCVTIMEO, &silence, sizeof(silence));
	(void)setsockopt(
	    fd, SOL_SOCKET, SO_SNDTIMEO, &silence, sizeof(silence));
}

/* Without descriptors the oldest gives his away for the next call. */
static int
fail_to_accept(struct porch *p, int error)
{
	if (error == EMFILE || error == ENFILE) {
		pthread_mutex_lock(&p->lock);
		close_oldest(p);
		pthread_mutex_unlock(&p->lock);
	}
	/* Peers that are gone already are nobody's trouble. */
	return error == ECONNABORTED || error == EPROTO || error == EINTR
	    ? -EAGAIN
	    : -error;
}

int
porch_accept(struct porch *p)
{
	struct sockaddr_storage peer = { .ss_family = AF_UNSPEC };
	socklen_t len = sizeof(peer);
	int fd =
	    accept4(p->listening, (struct sockaddr *)&peer, &len, SOCK_CLOEXEC);
	struct pollfd more = { .fd = fd, .events = POLLIN };
	enum porch_head head;

	if (fd < 0)
		return fail_to_accept(p, errno);
	set_limits(fd, peer.ss_family);
	head = look(fd);
	if (head == PORCH_PART && poll(&more, 1, PATIENCE_MS) > 0)
		head = look(fd);
	if (head == PORCH_WHOLE)
		return fd;
	if (head == PORCH_PART)
		admit(p, fd);
	else
		turn_away(fd);
	return -EAGAIN;
}

/* What has become of one who waits; true when he is to be served. */
static bool
settle(struct porch *p, const struct epoll_event *event)
{
	const int fd = event->data.fd;
	const bool ended = (event->events & ~(uint32_t)EPOLLIN) != 0;
	enum porch_head head = look(fd);
	size_t i;

	if (head == PORCH_PART && !ended)
		return false;
	for (i = 0; i < p->count && p->waiting[i] != fd; i++)
		continue;
	remove_waiting(p, i);
	(void)epoll_ctl(p->epoll, EPOLL_CTL_DEL, fd, NULL);
	if (head == PORCH_WHOLE)
		return true;
	turn_away(fd);
	return false;
}

int
porch_take(struct porch *p)
{
	struct epoll_event event;
	int fd = -EAGAIN, looks;

	pthread_mutex_lock(&p->lock);
	for (looks = 0; fd < 0 && looks < TAKE_EVENTS &&
	     epoll_wait(p->epoll, &event, 1, 0) == 1;
	     looks++) {
		if (settle(p, &event))
			fd = event.data.fd;
	}
	pthread_mutex_unlock(&p->lock);
	return fd;
}
