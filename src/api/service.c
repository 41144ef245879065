/* SPDX-License-Identifier: MIT */
#include "api/service.h"

#include "api/dispatch.h"
#include "api/family.h"
#include "api/jwt_caller.h"
#include "api/jwt_keys.h"
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

#include <pthread.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define CGI_UPKEEP_US 500000
#define PURGE_PAUSE_US 10000000

struct app {
	struct arena *arena; /* as long as the process: the settings */
	struct config config;
	struct site site;
	bool as_cgi;
	struct stat binary; /* as it was when we started */

	pthread_mutex_t mutex; /* guards ready, and making it so */
	bool ready;

	/* The thread that keeps the search's index, once ready. */
	bool has_upkeep;
	pthread_t upkeep;
	pthread_mutex_t upkeep_mutex; /* guards stopping */
	pthread_cond_t upkeep_wake;
	bool stopping;
};

struct worker {
	struct app *app;
	struct arena *arena;
	struct template_cache *templates;
	struct response reply;
	bool saw_ready; /* once true, no need to ask again */
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
	err = installation_open(&app->config, app->as_cgi, &app->site.store, f);
	if (err != ERR_NONE)
		return err;
	app->site.config = &app->config;
	/* This may run again after a failure. */
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

static struct timespec
after_ms(int64_t now_us, int64_t ms)
{
	int64_t at_us = now_us + ms * 1000;

	return (struct timespec){
		.tv_sec = at_us / 1000000,
		.tv_nsec = at_us % 1000000 * 1000,
	};
}

/* Wait; false when the service ends. */
static bool
pause_upkeep(struct app *app, int64_t pause_ms)
{
	struct timespec until = after_ms(clock_steady_us(), pause_ms);
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
	struct timespec until = after_ms(clock_now_us(), 1000);

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
		app->ready = open_site(app, env, &f) == ERR_NONE;
		if (app->ready)
			start_upkeep(app);
		else
			log_line("event=not_ready err=%s data=%s detail=\"%s\"",
			    err_info(f.code)->slug, app->config.data,
			    f.detail == NULL ? "" : f.detail);
	}
	w->saw_ready = app->ready;
	pthread_mutex_unlock(&app->mutex);
	return w->saw_ready;
}

/* Without a store there is no family to word the failure. */
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

static void
handle(void *worker, struct exchange *x)
{
	struct worker *w = worker;
	bool head_only = false;

	response_attach(&w->reply, exchange_write, x);
	if (make_ready(w, x->env))
		dispatch(&w->app->site, w->templates, w->arena, x->env,
		    read_exchange, x, &w->reply, &head_only);
	else
		show_not_ready(&w->reply);
	/* A peer that is gone has nothing more to be told. */
	(void)response_write(&w->reply, head_only, exchange_write, x);
	if (w->reply.cut)
		exchange_abort(x);
	response_clear(&w->reply);
	arena_reset(w->arena);
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
	w->arena = arena_new();
	response_init(&w->reply);
	return w;
}

static void
end_worker(void *worker)
{
	struct worker *w = worker;

	response_free(&w->reply);
	arena_free(w->arena);
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

/* An upgrade puts a new file in the binary's place; the web server starts it
 * for the next request once we are gone. */
static bool
binary_was_replaced(void *arg)
{
	const struct app *app = arg;
	struct stat now;
	char path[4096];
	size_t len;

	if (find_binary(path, sizeof(path), &now))
		return app->binary.st_ino != 0 &&
		    (now.st_ino != app->binary.st_ino ||
			now.st_mtime != app->binary.st_mtime);
	/* The kernel marks the name of a file that another one replaced. */
	len = strlen(path);
	return len > 10 && text_equal(path + len - 10, " (deleted)");
}

static enum fcgi_end
serve(struct app *app)
{
	struct fcgi_service service = {
		.threads = app->as_cgi ? 1 : (unsigned)app->config.threads,
		.worker_start = start_worker,
		.worker_end = end_worker,
		.handle = handle,
		.should_end = binary_was_replaced,
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

int
service_run(bool as_cgi)
{
	struct app app = { .as_cgi = as_cgi };
	struct failure f = { 0 };
	char path[4096];
	enum fcgi_end end = FCGI_FAILED;

	app.arena = arena_new();
	pthread_mutex_init(&app.mutex, NULL);
	pthread_mutex_init(&app.upkeep_mutex, NULL);
	if (!find_binary(path, sizeof(path), &app.binary))
		app.binary.st_ino = 0;
	if (sodium_init() < 0 || family_check() != ERR_NONE)
		log_line("event=start_failed");
	else if (config_load(&app.config, NULL, app.arena, &f) != ERR_NONE)
		log_line("event=start_refused detail=\"%s\"", f.detail);
	else
		end = serve(&app);
	if (end != FCGI_ABANDONED) {
		store_close(app.site.store);
		key_uses_free(app.site.uses);
		rate_close(app.site.rates);
		jwt_keys_close(app.site.jwt);
		pthread_mutex_destroy(&app.mutex);
		arena_free(app.arena);
	}
	return end == FCGI_FAILED ? 1 : 0;
}
