/* SPDX-License-Identifier: MIT */
#include "api/service.h"

#include "api/dispatch.h"
#include "api/family.h"
#include "api/jwt_caller.h"
#include "api/jwt_keys.h"
#include "api/metrics.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "domain/installation.h"
#include "domain/key_use.h"
#include "domain/purge.h"
#include "domain/search.h"
#include "domain/secret.h"
#include "domain/template_cache.h"
#include "http/fcgi.h"

#include <errno.h>
#include <malloc.h>
#include <pthread.h>
#include <sodium.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define CGI_UPKEEP_US 500000
#define PURGE_PAUSE_US 10000000

/* As many calls as one group commits may wait for their COMMIT, beside those
 * that are at work: more would only wait for the next. */
#define PARKED_MAX 256

struct app {
	struct arena *arena; /* as long as the process: the settings */
	struct config config;
	struct site site;
	/* What answers while the store cannot be opened: the settings without
	 * those of the first request. */
	struct config started;
	struct site closed_site;
	bool as_cgi;
	struct stat binary; /* as it was when we started */
	bool replaced;      /* another file has taken its place since */

	pthread_mutex_t mutex; /* guards the rest, and making it ready */
	bool ready;
	enum err closed; /* why it is not */

	/* The thread that keeps the search's index, once ready. */
	atomic_bool has_upkeep; /* a worker that a drain gave up may set it */
	pthread_t upkeep;
	pthread_mutex_t upkeep_mutex; /* guards stopping */
	pthread_cond_t upkeep_wake;
	bool stopping;
};

/* What belongs to a thread. */
struct worker {
	struct app *app;
	struct template_cache *templates;
	bool saw_ready; /* once true, no need to ask again */
	enum err closed;
};

/* What belongs to an exchange, which may be begun by one worker and ended by
 * another. */
struct visit {
	struct arena *arena;
	struct response reply;
	struct call *call; /* in the arena */
};

static const char *
find_variable(const char *const *env, const char *name)
{
	size_t len = strlen(name);

	for (; *env != NULL; env++) {
		if (strncmp(*env, name, len) == 0 && (*env)[len] == '=')
			return *env + len + 1;
	}
	return NULL;
}

/* Is dir the folder root, or inside it?  What lies there can be fetched. */
static bool
lies_inside(const char *dir, const char *root)
{
	size_t len = strlen(root);

	while (len > 0 && root[len - 1] == '/')
		len--;
	return len > 0 && strncmp(dir, root, len) == 0 &&
	    (dir[len] == '/' || dir[len] == '\0');
}

static enum err
open_jwt(struct app *app, struct failure *f)
{
	const char *wrong = jwt_caller_check_settings(&app->config);

	if (wrong != NULL)
		return err_fail(f, ERR_INTERNAL, NULL, wrong);
	return jwt_keys_open(&app->config, app->arena, &app->site.jwt, f);
}

/* What is counted is worth no refused request. */
static void
open_metrics(struct app *app)
{
	struct failure f = { 0 };

	if (app->site.metrics != NULL || text_equal(app->config.metrics, "off"))
		return;
	if (metrics_open(app->config.data, &app->site.metrics, &f) != ERR_NONE)
		log_line("event=no_metrics detail=\"%s\"", f.detail);
	else
		metrics_watch(app->site.metrics, app->site.store);
}

static enum err
open_metrics_key(struct app *app, struct failure *f)
{
	struct site *site = &app->site;

	site->has_metrics_key = app->config.metrics_key[0] != '\0';
	if (!site->has_metrics_key)
		return ERR_NONE;
	return secret_read(app->config.metrics_key, site->metrics_key, f);
}

/* Open the installation as the first request's parameters ask for. */
static enum err
open_site(struct app *app, const char *const *env, struct failure *f)
{
	const char *root = find_variable(env, "DOCUMENT_ROOT");
	enum err err;

	err = config_apply_env(&app->config, env, app->arena, f);
	if (err != ERR_NONE)
		return err;
	if (root != NULL && lies_inside(app->config.data, root))
		return err_fail(f, ERR_INTERNAL, NULL,
		    "the data directory lies inside the document root, where "
		    "anybody could fetch it");
	/* This may run again after a failure. */
	if (app->site.store == NULL &&
	    (err = installation_open(
		 &app->config, app->as_cgi, &app->site.store, f)) != ERR_NONE)
		return err;
	app->site.config = &app->config;
	if (app->site.uses == NULL)
		app->site.uses = key_uses_new();
	if (app->site.uses == NULL)
		return err_fail(f, ERR_INTERNAL, NULL, "out of memory");
	if (app->config.token_rate > 0 && app->site.rates == NULL &&
	    (err = rate_open(app->config.data, &app->site.rates, f)) !=
		ERR_NONE)
		return err;
	if (app->site.jwt == NULL && (err = open_jwt(app, f)) != ERR_NONE)
		return err;
	if ((err = open_metrics_key(app, f)) != ERR_NONE)
		return err;
	open_metrics(app);
	return secret_load(app->config.data, "link", app->site.link_key, f);
}

/*
 * What no request waits for: the search's index is brought up to date while
 * nobody writes, the last use of API keys is written down, and what is left
 * of old uploads is removed.
 */

static bool
purge(struct app *app)
{
	struct purge p = {
		.data_dir = app->config.data,
		.keep_ms = app->config.audio_keep_hours * 60 * 60 * 1000,
		.manners = PURGE_GIVES_WAY,
		.actor = {
			.id = "system",
			.kind = "system",
			.request_id = "purge",
			.family = "purge",
		},
	};

	return purge_some(app->site.store, &p) == ERR_NONE && p.is_partial;
}

/* Wait; false when the service ends. */
static bool
pause_upkeep(struct app *app, int64_t pause_ms)
{
	struct timespec until =
	    clock_timespec(clock_steady_us() + pause_ms * 1000);
	bool stopping;

	pthread_mutex_lock(&app->upkeep_mutex);
	if (!app->stopping && pause_ms > 0)
		pthread_cond_timedwait(
		    &app->upkeep_wake, &app->upkeep_mutex, &until);
	stopping = app->stopping;
	pthread_mutex_unlock(&app->upkeep_mutex);
	return !stopping;
}

static void *
keep_up(void *arg)
{
	struct app *app = arg;
	int64_t pause_ms = 0, purge_us = 0;

	/* A batch that fails is tried again; the store has logged why. */
	while (pause_upkeep(app, pause_ms)) {
		(void)search_catch_up(app->site.store, &pause_ms);
		(void)key_uses_write(app->site.uses, app->site.store);
		if (clock_steady_us() >= purge_us && !purge(app))
			purge_us = clock_steady_us() + PURGE_PAUSE_US;
	}
	(void)key_uses_write(app->site.uses, app->site.store);
	return NULL;
}

/* Without the thread searches are as right, only slower, and the last use of
 * keys is not known. */
static void
start_upkeep(struct app *app)
{
	pthread_condattr_t steady;

	/* The time of day may jump. */
	pthread_condattr_init(&steady);
	pthread_condattr_setclock(&steady, CLOCK_MONOTONIC);
	pthread_cond_init(&app->upkeep_wake, &steady);
	pthread_condattr_destroy(&steady);
	app->has_upkeep = !app->as_cgi &&
	    pthread_create(&app->upkeep, NULL, keep_up, app) == 0;
}

/* False when the thread is still at it: a batch is short, but a disk may
 * hang. */
static bool
stop_upkeep(struct app *app)
{
	struct timespec until = clock_timespec(clock_now_us() + 1000000);

	if (!app->has_upkeep)
		return true;
	pthread_mutex_lock(&app->upkeep_mutex);
	app->stopping = true;
	pthread_cond_signal(&app->upkeep_wake);
	pthread_mutex_unlock(&app->upkeep_mutex);
	return pthread_timedjoin_np(app->upkeep, NULL, &until) == 0;
}

/* A CGI process has no idle time: what a request left to do is done when the
 * answer has left, for a bounded time. */
static void
catch_up_once(struct app *app)
{
	int64_t end_us = clock_steady_us() + CGI_UPKEEP_US, pause_ms = 0;
	bool is_behind;

	if (!app->ready)
		return;
	/* The web server waits for the end of the output.  Under mod_cgid
	 * both descriptors are one socket. */
	close(STDOUT_FILENO);
	close(STDIN_FILENO);
	is_behind = store_take_upkeep(app->site.store);
	(void)key_uses_write(app->site.uses, app->site.store);
	(void)purge(app);
	while (is_behind && pause_ms == 0 && clock_steady_us() < end_us)
		(void)search_catch_up(app->site.store, &pause_ms);
}

static bool
make_ready(struct worker *w, const char *const *env)
{
	struct app *app = w->app;
	struct failure f = { 0 };

	if (w->saw_ready)
		return true;
	pthread_mutex_lock(&app->mutex);
	if (!app->ready) {
		app->closed = open_site(app, env, &f);
		app->ready = app->closed == ERR_NONE;
		if (app->ready)
			start_upkeep(app);
		else
			log_line("event=not_ready err=%s data=%s detail=\"%s\"",
			    err_info(f.code)->slug, app->config.data,
			    f.detail == NULL ? "" : f.detail);
	}
	w->saw_ready = app->ready;
	w->closed = app->closed;
	pthread_mutex_unlock(&app->mutex);
	return w->saw_ready;
}

/* The same for whatever needs the store. */
static void
show_not_ready(struct response *reply)
{
	response_clear(reply);
	reply->status = 503;
	response_header(reply, "Content-Type", "application/json");
	response_header(reply, "Retry-After", "5");
	response_header(reply, "Cache-Control", "no-store");
	buf_text(&reply->body,
	    "{\"error\":\"The server cannot open its data; "
	    "its error log says why.\"}");
}

static ssize_t
read_exchange(void *exchange, char *bytes, size_t len)
{
	return exchange_read(exchange, bytes, len);
}

static bool
exchange_ends(const void *exchange)
{
	return exchange_drains(exchange);
}

static void
resume_exchange(void *exchange)
{
	exchange_resume(exchange);
}

static void
send_answer(struct visit *v, struct exchange *x)
{
	bool head_only =
	    v->call != NULL && v->call->request.method == METHOD_HEAD;

	/* A peer that is gone has nothing more to be told. */
	(void)response_write(&v->reply, head_only, exchange_write, x);
	if (v->reply.cut)
		exchange_abort(x);
	v->call = NULL;
	response_shrink(&v->reply);
	arena_reset(v->arena);
}

static bool
handle(void *worker, struct exchange *x)
{
	struct worker *w = worker;
	struct visit *v = x->visit;

	bool ready = make_ready(w, x->env);

	response_attach(&v->reply, exchange_write, x);
	v->call = arena_alloc(v->arena, sizeof(*v->call));
	v->call->site = ready ? &w->app->site : &w->app->closed_site;
	v->call->closed = w->closed;
	v->call->arena = v->arena;
	v->call->templates = w->templates;
	v->call->read = read_exchange;
	v->call->resume = x->may_park ? resume_exchange : NULL;
	v->call->drains = exchange_ends;
	v->call->source = x;
	v->call->reply = &v->reply;
	if (ready && !dispatch(v->call, x->env))
		return false;
	if (!ready && !dispatch_closed(v->call, x->env))
		show_not_ready(&v->reply);
	send_answer(v, x);
	return true;
}

static void
handle_resumed(struct exchange *x)
{
	struct visit *v = x->visit;

	dispatch_resume(v->call);
	send_answer(v, x);
}

static void
end_visit(void *visit)
{
	struct visit *v = visit;

	response_free(&v->reply);
	arena_free(v->arena);
	free(v);
}

static void *
start_visit(void *app)
{
	struct visit *v = calloc(1, sizeof(*v));

	(void)app;
	if (v == NULL)
		return NULL;
	v->arena = arena_try_new();
	response_init(&v->reply);
	if (v->arena == NULL || !response_reserve(&v->reply)) {
		end_visit(v);
		return NULL;
	}
	return v;
}

static void *
start_worker(void *app)
{
	struct worker *w = calloc(1, sizeof(*w));

	if (w == NULL)
		return NULL;
	w->templates = template_cache_new();
	if (w->templates == NULL) {
		free(w);
		return NULL;
	}
	w->app = app;
	return w;
}

static void
end_worker(void *worker)
{
	struct worker *w = worker;

	template_cache_free(w->templates);
	free(w);
}

/* The file that runs: its name in path, and what it is.  The name comes from
 * the link, not from opening it: under valgrind only the link is ours. */
static bool
find_binary(char *path, size_t size, struct stat *out)
{
	ssize_t len = readlink("/proc/self/exe", path, size - 1);

	path[len > 0 ? len : 0] = '\0';
	return stat(path, out) == 0;
}

/* The kernel marks the name of a file that another one replaced. */
static bool
cut_mark(char *path)
{
	size_t len = strlen(path);
	bool is_marked = len > 10 && text_equal(path + len - 10, " (deleted)");

	if (is_marked)
		path[len - 10] = '\0';
	return is_marked;
}

/* An upgrade puts a new file in the binary's place.  True from the second
 * look on: mod_fcgid gives a request that it began before the change to the
 * old program still, and one that finds it gone is answered 500. */
static bool
binary_was_replaced(struct app *app)
{
	const bool known = app->replaced;
	struct stat now;
	char path[4096];

	if (find_binary(path, sizeof(path), &now))
		app->replaced = app->binary.st_ino != 0 &&
		    (now.st_ino != app->binary.st_ino ||
			now.st_mtime != app->binary.st_mtime);
	else
		app->replaced = cut_mark(path);
	return known && app->replaced;
}

/* Become the file that has taken our place, on the same listening socket: to
 * clients a request that waits in its queue is answered a little later, while
 * a web server that finds nobody there answers 503.  (mod_fcgid knows programs
 * by their inode and asks us nothing more; there we must make room.)  Returns
 * where the file is not there (yet) or no program: then we end, and whoever
 * started us starts what there is. */
static void
become_successor(void)
{
	struct stat now;
	char path[4096];

	if (!find_binary(path, sizeof(path), &now))
		cut_mark(path);
	log_line("event=replaced successor=%s", path);
	execl(path, path, (char *)NULL);
	log_line("event=no_successor errno=%d", errno);
}

static bool
should_end(void *arg)
{
	struct app *app = arg;
	bool ready;

	pthread_mutex_lock(&app->mutex);
	ready = app->ready;
	pthread_mutex_unlock(&app->mutex);
	return binary_was_replaced(app) ||
	    (ready && store_is_lost(app->site.store));
}

static enum fcgi_end
serve(struct app *app)
{
	struct fcgi_service service = {
		.threads = app->as_cgi ? 1 : (unsigned)app->config.threads,
		.parked_max = PARKED_MAX,
		.worker_start = start_worker,
		.worker_end = end_worker,
		.visit_start = start_visit,
		.visit_end = end_visit,
		.handle = handle,
		.handle_resumed = handle_resumed,
		.should_end = should_end,
		.app = app,
	};
	enum fcgi_end end;

	if (app->as_cgi) {
		end = fcgi_serve_cgi(&service);
		catch_up_once(app);
	} else {
		end = fcgi_serve(&service);
		if (!stop_upkeep(app) && end == FCGI_ENDED)
			end = FCGI_ABANDONED;
	}
	return end;
}

/* What one thread allocates another one frees, so that each of glibc's heaps
 * grows to the size of all.  With one for every thread, glibc's default, 8
 * threads held 21 MiB after PATCH at 64 connections and 16 held 33; with four
 * heaps it was 16 and 15, at the same rate. */
static void
limit_heaps(void)
{
#ifdef M_ARENA_MAX
	mallopt(M_ARENA_MAX, 4);
#endif
}

/* The schema that SQLite reads takes most of the heap of a CGI process; let it
 * grow in one step instead of a dozen, and never shrink. */
static void
grow_heap_at_once(void)
{
#ifdef M_TOP_PAD
	mallopt(M_TOP_PAD, 1 << 20);
	mallopt(M_TRIM_THRESHOLD, 16 << 20);
#endif
}

int
service_run(bool as_cgi)
{
	struct app app = { .as_cgi = as_cgi };
	struct failure f = { 0 };
	char path[4096];
	enum fcgi_end end = FCGI_FAILED;
	bool becomes;

	if (as_cgi)
		grow_heap_at_once();
	else
		limit_heaps();
	app.arena = arena_new();
	pthread_mutex_init(&app.mutex, NULL);
	pthread_mutex_init(&app.upkeep_mutex, NULL);
	if (!find_binary(path, sizeof(path), &app.binary))
		app.binary.st_ino = 0;
	/* Tables that are wrong are wrong under FastCGI as well, and in every
	 * test: not every CGI process need look. */
	if (sodium_init() < 0 || (!as_cgi && family_check() != ERR_NONE))
		log_line("event=start_failed");
	else if (config_load(&app.config, NULL, app.arena, &f) != ERR_NONE)
		log_line("event=start_refused detail=\"%s\"", f.detail);
	else {
		app.started = app.config;
		app.closed_site.config = &app.started;
		end = serve(&app);
	}
	becomes =
	    end == FCGI_ENDED && text_equal(app.config.replaced, "become");
	if (end != FCGI_ABANDONED) {
		store_close(app.site.store);
		key_uses_free(app.site.uses);
		rate_close(app.site.rates);
		metrics_close(app.site.metrics);
		jwt_keys_close(app.site.jwt);
		pthread_mutex_destroy(&app.mutex);
		arena_free(app.arena);
	}
	/* The settings live in the arena, which is gone. */
	if (end == FCGI_ENDED && app.replaced && becomes)
		become_successor();
	return end == FCGI_FAILED ? 1 : 0;
}
