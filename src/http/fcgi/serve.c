/* SPDX-License-Identifier: MIT */
#include "http/fcgi/fcgi_private.h"

#include "base/log.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/* The web servers send SIGKILL some seconds after SIGTERM (mod_fcgid: 8). */
#define DRAIN_QUEUE_MS 1000 /* still take what waits in the queue */
#define DRAIN_BUSY_MS 3300  /* then wait for the requests at work */

#define TROUBLE_PAUSE_MS 100

/* How many requests a worker takes from the queue before it asks again
 * whether there is other news.  Under load there mostly is one, and a GET is
 * spared an epoll_wait().  With that and LOOK_US (store.c) it came to 0.78 of
 * the echo's rate instead of 0.73. */
#define EAGER_MAX 16

/* What a worker goes by from one request to the next. */
struct course {
	void *state;   /* the application's */
	bool troubled; /* there was unusual trouble, and it was logged */
	int eager;     /* how often it may still take without asking */
};

/* There is no request.  Usual: another worker or process was faster, or the
 * peer sent no whole one.  Unusual: no file descriptors left, for instance;
 * wait a little, say it once. */
static void
weather_trouble(const struct service *s, int rc, struct course *c)
{
	struct pollfd drain = { .fd = s->drain, .events = POLLIN };

	if (rc == -EAGAIN || rc == -EINTR)
		return;
	if (!c->troubled)
		log_line("event=accept_failed errno=%d", -rc);
	c->troubled = true;
	(void)poll(&drain, 1, TROUBLE_PAUSE_MS); /* only a pause */
}

/* A request on the connection that the web server keeps, or on another one,
 * with its whole head on it; to libfcgi that is a kept one too. */
static int
receive_request(struct service *s, enum news news, FCGX_Request *r)
{
	if (r->ipcFd < 0) {
		r->ipcFd = news == NEWS_HEAD ? porch_take(s->porch)
					     : porch_accept(s->porch);
		if (r->ipcFd < 0)
			return r->ipcFd;
		/* Else FCGX_Accept_r would close it first. */
		r->keepConnection = 1;
	}
	/* It fails when the connection brings none, as libfcgi has no socket
	 * to accept another one from. */
	return FCGX_Accept_r(r) == 0 ? 0 : -EAGAIN;
}

/* Receive and answer one request; false when it is parked. */
static bool
serve_request(
    struct service *s, enum news news, struct peer *p, struct course *c)
{
	FCGX_Request *r = p->request;
	int rc = receive_request(s, news, r);

	if (rc < 0) {
		weather_trouble(s, rc, c);
		c->eager = 0;
		return true;
	}
	c->troubled = false;
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
	if (!s->app.handle(c->state, &p->exchange)) {
		atomic_fetch_add(&s->parked, 1);
		return false;
	}
	stream_finish(p);
	return true;
}

static void
finish_parked(struct service *s, struct peer *p)
{
	s->app.handle_resumed(&p->exchange);
	stream_finish(p);
	peer_give(s, p);
	atomic_fetch_sub(&s->parked, 1);
}

/* What waits on the porch, and the drain, wait for so few requests. */
static enum news
next_news(struct service *s, int ready, struct peer *p, struct course *c)
{
	if (c->eager > 0 && p->request->ipcFd < 0 && !atomic_load(&s->closed)) {
		c->eager--;
		return NEWS_REQUEST;
	}
	c->eager = EAGER_MAX;
	return news_wait(s, ready, p);
}

/* What is parked goes first: its client has waited longest.  A worker that
 * parks its own exchange goes on with another peer. */
static void
serve_requests(struct service *s, int ready, void *state, struct peer *own)
{
	enum news news = NEWS_RESUMED;
	struct course course = { .state = state };
	struct peer *p;

	while (news != NEWS_END) {
		while ((p = peer_take_resumed(s)) != NULL)
			finish_parked(s, p);
		if (own == NULL && (own = peer_take(s)) == NULL)
			continue;
		news = next_news(s, ready, own, &course);
		if ((news == NEWS_REQUEST || news == NEWS_HEAD) &&
		    !serve_request(s, news, own, &course))
			own = NULL;
	}
	FCGX_Free(own->request, 1);
	peer_give(s, own);
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
	int ready = news_open(s);
	struct peer *own = NULL;
	void *state = NULL;

	if (ready >= 0 && (own = peer_take_first(s)) != NULL)
		state = s->app.worker_start(s->app.app);
	report_start(s, state != NULL);
	if (state != NULL) {
		serve_requests(s, ready, state, own);
		s->app.worker_end(state);
	} else if (own != NULL) {
		peer_give(s, own);
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
	porch_free(s->porch);
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
	s->porch = porch_new(LISTEN_FD);
	if (s->drain < 0 || s->bell < 0 || s->porch == NULL) {
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
	peer_ring(s->drain);
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
	struct gathered gathered = { .len = 0 };
	struct peer peer = {
		.request = NULL,
		.unread = stream_announced_cgi(),
		.gathered = &gathered,
	};
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
		/* A web server that is gone has nothing more to be told. */
		(void)stream_write_gathered(&peer);
		app->visit_end(x.visit);
	}
	app->worker_end(state);
	return x.visit == NULL || peer.aborted ? FCGI_FAILED : FCGI_ENDED;
}
