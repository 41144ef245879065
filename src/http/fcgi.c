/* SPDX-License-Identifier: MIT */
#include "http/fcgi.h"

#include "base/clock.h"
#include "base/log.h"

#include <assert.h>
#include <errno.h>
#include <fastcgi.h>
#include <fcgiapp.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#define LISTEN_FD STDIN_FILENO

/* The web servers send SIGKILL some seconds after SIGTERM (mod_fcgid: 8). */
#define DRAIN_QUEUE_MS 1000 /* still take what waits in the queue */
#define DRAIN_BUSY_MS 3300  /* then wait for the requests at work */

/* How long a connection that the web server keeps may hold a worker without
 * a request: others may be waiting in the queue. */
#define KEEP_IDLE_MS 1000

/* Bytes that are worth a record of their own, and the most that one holds. */
#define RECORD_MIN_BYTES 16384
#define RECORD_MAX_BYTES 65528

#define TROUBLE_PAUSE_MS 100

/* How often a worker that drains looks whether the others have finished what
 * is parked. */
#define PARKED_LOOK_MS 20

/* How much of a body that nobody wants is read away under plain CGI. */
#define CGI_UNREAD_MAX ((int64_t)64 << 20)

/* One worker thread and what it tells the thread that drains. */
struct worker {
	struct service *service;
	pthread_t thread;
	bool left; /* under the service's lock */
};

struct service {
	struct fcgi_service app;
	int drain;          /* eventfd, readable from the drain's start on */
	atomic_bool closed; /* take nothing more, whatever waits */

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
	bool aborted;
};

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
static int64_t
announced_cgi(void)
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
write_cgi(const char *bytes, size_t len)
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
exchange_write(void *exchange, const char *bytes, size_t len)
{
	const struct exchange *x = exchange;
	struct peer *p = x->stream;

	if (p->request != NULL)
		return write_fcgi(p->request, bytes, len);
	read_away_cgi(p);
	return write_cgi(bytes, len);
}

void
exchange_abort(struct exchange *x)
{
	struct peer *p = x->stream;

	p->aborted = true;
}

/*
 * Peers, and the parked ones among them.
 */

static void
ring(int fd)
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
		ring(s->bell);
	} else {
		s->newest->next = p;
	}
	s->newest = p;
	if (s->starving > 0)
		pthread_cond_signal(&s->fed);
	pthread_mutex_unlock(&s->lock);
}

/* The next one to be finished, or NULL.  A ring wakes one worker, and that one
 * wakes the next when it leaves something to do. */
static struct peer *
take_resumed(struct service *s)
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
			ring(s->bell);
	}
	pthread_mutex_unlock(&s->lock);
	return p;
}

/* Wake another worker for what is still to be finished. */
static void
ring_again(struct service *s)
{
	pthread_mutex_lock(&s->lock);
	if (s->resumed != NULL)
		ring(s->bell);
	pthread_mutex_unlock(&s->lock);
}

static void
give_peer(struct service *s, struct peer *p)
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
	FCGX_InitRequest(p->request, LISTEN_FD, FCGI_FAIL_ACCEPT_ON_INTR);
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

static struct peer *
take_first_peer(struct service *s)
{
	struct peer *p;

	pthread_mutex_lock(&s->lock);
	p = find_peer(s);
	pthread_mutex_unlock(&s->lock);
	return p;
}

/* A peer for a worker that has parked its own; NULL when one is to be finished
 * first, because no more may be parked. */
static struct peer *
take_peer(struct service *s)
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

/*
 * A new connection, and what shows that none is coming.
 *
 * A worker never blocks in accept(): it would have to be woken by a signal,
 * and libfcgi 2.4.2 gives up a request whose read() or poll() is interrupted,
 * so a signal that comes just after accept() loses the request.  Instead the
 * listening socket does not block and each worker waits in an epoll of its
 * own; EPOLLEXCLUSIVE wakes one of them for one connection.
 */
static bool
add_ready(int ready, int fd, uint32_t events)
{
	struct epoll_event event = { .events = events };

	event.data.fd = fd;
	return epoll_ctl(ready, EPOLL_CTL_ADD, fd, &event) == 0;
}

static int
open_ready(const struct service *s)
{
	int fd = epoll_create1(EPOLL_CLOEXEC);

	if (fd >= 0 &&
	    !(add_ready(fd, LISTEN_FD, EPOLLIN | EPOLLEXCLUSIVE) &&
		add_ready(fd, s->bell, EPOLLIN | EPOLLEXCLUSIVE) &&
		add_ready(fd, s->drain, EPOLLIN))) {
		close(fd);
		fd = -1;
	}
	return fd;
}

/* What a worker wakes up for. */
enum news {
	NEWS_REQUEST, /* a connection waits to be accepted, or brings more */
	NEWS_RESUMED, /* look for a parked exchange that may go on */
	NEWS_END,
};

/* The drain is on and the queue is empty: stay while anything is parked. */
static enum news
wait_for_parked(const struct service *s)
{
	struct pollfd fds[2] = {
		{ .fd = s->bell, .events = POLLIN },
		{ .fd = LISTEN_FD, .events = POLLIN },
	};

	while (atomic_load(&s->parked) > 0) {
		if (poll(fds, atomic_load(&s->closed) ? 1 : 2, PARKED_LOOK_MS) >
		    0)
			return fds[0].revents != 0 ? NEWS_RESUMED
						   : NEWS_REQUEST;
	}
	return NEWS_END;
}

/* What is in the queue when the drain begins is still taken: to its senders
 * it is accepted. */
static enum news
wait_for_news(struct service *s, int ready)
{
	struct epoll_event events[3];
	bool connection = false, bell = false;
	int i, count;

	do {
		count = epoll_wait(ready, events, 3, -1);
	} while (count < 0 && errno == EINTR);
	for (i = 0; i < count; i++) {
		connection |= events[i].data.fd == LISTEN_FD;
		bell |= events[i].data.fd == s->bell;
	}
	if (connection && !atomic_load(&s->closed)) {
		/* Both may have been meant for this worker alone, which goes
		 * for one: another must go for the other. */
		if (bell)
			ring_again(s);
		return NEWS_REQUEST;
	}
	return bell ? NEWS_RESUMED : wait_for_parked(s);
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
static enum news
wait_for_request(struct service *s, int ready, struct peer *p)
{
	enum news news;

	if (p->request->ipcFd >= 0) {
		if ((news = wait_on_kept(s, p)) != NEWS_END)
			return news;
		FCGX_Free(p->request, 1);
	}
	return wait_for_news(s, ready);
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

static void
finish_exchange(struct peer *p)
{
	if (p->aborted)
		FCGX_Free(p->request, 1);
	else
		finish_request(p->request);
	p->kept_us = clock_steady_us();
}

/* FCGX_Accept_r has not brought a request.  Usual: another worker or
 * process was faster, or the peer sent no whole request.  Unusual: no file
 * descriptors left, for instance; wait a little, say it once. */
static void
weather_trouble(const struct service *s, int rc, bool *troubled)
{
	struct pollfd drain = { .fd = s->drain, .events = POLLIN };

	if (rc == -EAGAIN || rc == -EINTR)
		return;
	if (!*troubled)
		log_line("event=accept_failed errno=%d", -rc);
	*troubled = true;
	(void)poll(&drain, 1, TROUBLE_PAUSE_MS); /* only a pause */
}

/* Accept and answer one request; false when it is parked. */
static bool
serve_request(struct service *s, struct peer *p, void *state, bool *troubled)
{
	FCGX_Request *r = p->request;
	int rc = FCGX_Accept_r(r);

	if (rc < 0) {
		weather_trouble(s, rc, troubled);
		return true;
	}
	*troubled = false;
	/* FCGX_Accept_r is content with the parameters that came before a
	 * fault. */
	if (FCGX_GetError(r->in) != 0) {
		FCGX_Free(r, 1);
		return true;
	}
	p->exchange.env = (const char *const *)r->envp;
	/* A connection that the web server keeps holds a worker anyway. */
	p->exchange.may_park = !r->keepConnection;
	p->aborted = false;
	if (!s->app.handle(state, &p->exchange)) {
		atomic_fetch_add(&s->parked, 1);
		return false;
	}
	finish_exchange(p);
	return true;
}

static void
finish_parked(struct service *s, struct peer *p)
{
	s->app.handle_resumed(&p->exchange);
	finish_exchange(p);
	give_peer(s, p);
	atomic_fetch_sub(&s->parked, 1);
}

/* What is parked goes first: its client has waited longest.  A worker that
 * parks its own exchange goes on with another peer. */
static void
serve_requests(struct service *s, int ready, void *state, struct peer *own)
{
	enum news news = NEWS_RESUMED;
	bool troubled = false;
	struct peer *p;

	while (news != NEWS_END) {
		while ((p = take_resumed(s)) != NULL)
			finish_parked(s, p);
		if (own == NULL && (own = take_peer(s)) == NULL)
			continue;
		news = wait_for_request(s, ready, own);
		if (news == NEWS_REQUEST &&
		    !serve_request(s, own, state, &troubled))
			own = NULL;
	}
	FCGX_Free(own->request, 1);
	give_peer(s, own);
}

static void
report_start(struct service *s, bool started)
{
	pthread_mutex_lock(&s->lock);
	s->reported++;
	if (!started)
		s->failed++;
	pthread_cond_signal(&s->changed);
	pthread_mutex_unlock(&s->lock);
}

static void
report_end(struct worker *w)
{
	struct service *s = w->service;

	pthread_mutex_lock(&s->lock);
	w->left = true;
	s->left++;
	pthread_cond_signal(&s->changed);
	pthread_mutex_unlock(&s->lock);
}

static void *
run_worker(void *worker)
{
	struct worker *w = worker;
	struct service *s = w->service;
	int ready = open_ready(s);
	struct peer *own = NULL;
	void *state = NULL;

	if (ready >= 0 && (own = take_first_peer(s)) != NULL)
		state = s->app.worker_start(s->app.app);
	report_start(s, state != NULL);
	if (state != NULL) {
		serve_requests(s, ready, state, own);
		s->app.worker_end(state);
	} else if (own != NULL) {
		give_peer(s, own);
	}
	if (ready >= 0)
		close(ready);
	report_end(w);
	return NULL;
}

static void
free_service(struct service *s)
{
	struct peer *p, *next;

	for (p = s->idle; p != NULL; p = next) {
		next = p->next;
		s->app.visit_end(p->exchange.visit);
		free(p);
	}
	if (s->bell >= 0)
		close(s->bell);
	if (s->drain >= 0)
		close(s->drain);
	pthread_cond_destroy(&s->fed);
	pthread_cond_destroy(&s->changed);
	pthread_mutex_destroy(&s->lock);
	free(s);
}

static struct service *
new_service(const struct fcgi_service *app)
{
	struct service *s;
	pthread_condattr_t steady;

	assert(app->threads > 0);
	s = calloc(1, sizeof(*s) + app->threads * sizeof(s->workers[0]));
	if (s == NULL)
		return NULL;
	s->app = *app;
	s->peers_max = app->threads + app->parked_max;
	atomic_init(&s->closed, false);
	atomic_init(&s->parked, 0);
	atomic_init(&s->resumed_count, 0);
	pthread_mutex_init(&s->lock, NULL);
	pthread_condattr_init(&steady);
	pthread_condattr_setclock(&steady, CLOCK_MONOTONIC);
	pthread_cond_init(&s->changed, &steady);
	pthread_condattr_destroy(&steady);
	pthread_cond_init(&s->fed, NULL);
	s->drain = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	s->bell = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (s->drain < 0 || s->bell < 0) {
		free_service(s);
		return NULL;
	}
	return s;
}

/* Start the workers; false when one of them could not.  Fewer threads than
 * asked for will do: shared hosting limits their number. */
static bool
start_workers(struct service *s)
{
	struct worker *w;
	bool started;
	int rc = 0;

	while (s->count < s->app.threads) {
		w = &s->workers[s->count];
		w->service = s;
		rc = pthread_create(&w->thread, NULL, run_worker, w);
		if (rc != 0)
			break;
		s->count++;
	}
	if (rc != 0)
		log_line("event=threads_limited threads=%u wanted=%u errno=%d",
		    s->count, s->app.threads, rc);
	pthread_mutex_lock(&s->lock);
	while (s->reported < s->count)
		pthread_cond_wait(&s->changed, &s->lock);
	started = s->count > 0 && s->failed == 0;
	pthread_mutex_unlock(&s->lock);
	return started;
}

/* Wait up to limit_ms for all workers to end. */
static bool
wait_for_workers(struct service *s, long limit_ms)
{
	struct timespec until;
	bool all;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += limit_ms / 1000;
	until.tv_nsec += limit_ms % 1000 * 1000000;
	if (until.tv_nsec >= 1000000000) {
		until.tv_sec++;
		until.tv_nsec -= 1000000000;
	}
	pthread_mutex_lock(&s->lock);
	while (s->left < s->count) {
		if (pthread_cond_timedwait(&s->changed, &s->lock, &until) ==
		    ETIMEDOUT)
			break;
	}
	all = s->left == s->count;
	pthread_mutex_unlock(&s->lock);
	return all;
}

/* Join the workers that have ended and let go of the others. */
static bool
join_workers(struct service *s)
{
	struct worker *w;
	unsigned i;
	bool all;

	pthread_mutex_lock(&s->lock);
	all = s->left == s->count;
	for (i = 0; i < s->count; i++) {
		w = &s->workers[i];
		if (w->left)
			pthread_join(w->thread, NULL);
		else
			pthread_detach(w->thread);
	}
	pthread_mutex_unlock(&s->lock);
	return all;
}

/* End the workers.  One that is still at work after the deadline keeps its
 * memory, and the service, until the process exits. */
static enum fcgi_end
drain_workers(struct service *s)
{
	ring(s->drain);
	if (!wait_for_workers(s, DRAIN_QUEUE_MS)) {
		atomic_store(&s->closed, true);
		(void)wait_for_workers(s, DRAIN_BUSY_MS); /* or go on */
	}
	if (!join_workers(s)) {
		log_line("event=drain_abandoned");
		return FCGI_ABANDONED;
	}
	free_service(s);
	return FCGI_ENDED;
}

/* The signals that end the service. */
static sigset_t
end_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGUSR1);
	return set;
}

static void
wait_for_end(const struct fcgi_service *app)
{
	const struct timespec second = { .tv_sec = 1 };
	const sigset_t set = end_signals();

	for (;;) {
		if (sigtimedwait(&set, NULL, &second) > 0)
			return;
		if (errno == EAGAIN && app->should_end != NULL &&
		    app->should_end(app->app))
			return;
	}
}

static void
ignore_sigpipe(void)
{
	struct sigaction ignore = { .sa_handler = SIG_IGN };

	sigaction(SIGPIPE, &ignore, NULL);
}

/* Processes of one web server may share the listening socket, and with it
 * this flag; all of them run this program. */
static bool
unblock_listening(void)
{
	const int flags = fcntl(LISTEN_FD, F_GETFL);

	return flags >= 0 && fcntl(LISTEN_FD, F_SETFL, flags | O_NONBLOCK) == 0;
}

bool
fcgi_is_responder(void)
{
	socklen_t len = sizeof(int);
	int listening = 0;

	/* FCGX_IsCGI only asks whether getpeername() says ENOTCONN; a socket
	 * that was never bound says so too. */
	return !FCGX_IsCGI() &&
	    getsockopt(
		LISTEN_FD, SOL_SOCKET, SO_ACCEPTCONN, &listening, &len) == 0 &&
	    listening != 0;
}

enum fcgi_end
fcgi_serve(const struct fcgi_service *app)
{
	const sigset_t set = end_signals();
	struct service *s;
	enum fcgi_end end;
	bool started;

	/* The workers inherit the mask.  It stays when we return: mod_fcgid
	 * sends SIGTERM twice, and the second must not kill an exit that
	 * still has work to do. */
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	ignore_sigpipe();
	if (FCGX_Init() != 0 || !unblock_listening()) {
		log_line("event=listen_failed errno=%d", errno);
		return FCGI_FAILED;
	}
	s = new_service(app);
	if (s == NULL) {
		log_line("event=service_failed errno=%d", errno);
		return FCGI_FAILED;
	}
	started = start_workers(s);
	if (started)
		wait_for_end(app);
	end = drain_workers(s);
	return started ? end : FCGI_FAILED;
}

enum fcgi_end
fcgi_serve_cgi(const struct fcgi_service *app)
{
	struct peer peer = { .request = NULL, .unread = announced_cgi() };
	struct exchange x = {
		.env = (const char *const *)environ,
		.stream = &peer,
	};
	void *state;

	ignore_sigpipe();
	state = app->worker_start(app->app);
	if (state == NULL)
		return FCGI_FAILED;
	x.visit = app->visit_start(app->app);
	if (x.visit != NULL) {
		app->handle(state, &x); /* which is never parked */
		app->visit_end(x.visit);
	}
	app->worker_end(state);
	return x.visit == NULL || peer.aborted ? FCGI_FAILED : FCGI_ENDED;
}
