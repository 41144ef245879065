/* SPDX-License-Identifier: MIT */
/*
 * Fills a data directory through the store, fast: many changes a commit, each
 * through the triggers and into the audit log's chain, as a request's.
 *
 *	fill DIR EMAIL PROMPTS PAYLOADS UPDATES < texts
 *
 * Makes PROMPTS more prompts, of which the first PAYLOADS get a payload, and
 * then changes them in turn, a new version each, UPDATES times.  Each of the
 * three is one row of the audit log.  The prompts become the user's of this address.  texts are
 * contents, each ended by a NUL; they are used over and over, each time with a
 * number of its own, so that no two prompts are the same.  At last the
 * search's index is brought up to date.  Prints seconds as it goes.
 */
#include "base/clock.h"
#include "domain/payload.h"
#include "domain/project.h"
#include "domain/prompt.h"
#include "domain/search.h"
#include "domain/user.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_MAX ((size_t)64 << 20)
#define BATCH 1000
#define ID_SIZE 37 /* a UUID as text */

struct work {
	char *texts;
	size_t texts_len;
	size_t at; /* of the next text */
	const char *email;
	int64_t run; /* a number that no earlier run had */
	long prompts;
	long payloads; /* of the first prompts */
	long number;   /* of the next change */
	long end;      /* of the batch */
	char (*ids)[ID_SIZE];
};

static void
fail(const char *why, const struct failure *f)
{
	fprintf(stderr, "fill: %s: %s %s\n", why,
	    f == NULL ? "" : err_info(f->code)->slug,
	    f == NULL || f->detail == NULL ? "" : f->detail);
	exit(1);
}

static const char *
next_text(struct work *w)
{
	const char *text = w->texts + w->at;

	w->at += strlen(text) + 1;
	if (w->at >= w->texts_len)
		w->at = 0;
	return text;
}

/* A content that no other change has. */
static const char *
make_content(struct txn *t, struct work *w)
{
	return arena_printf(txn_arena(t), "%s\nMark: item%ldtime%llditem",
	    next_text(w), w->number * 7919, (long long)w->run);
}

static enum err
create_payload(struct txn *t, long number, const char *prompt_id)
{
	struct payload out;

	return payload_create(t, prompt_id,
	    arena_printf(
		txn_arena(t), "{\"name\":\"Ada\",\"number\":%ld}", number),
	    &out);
}

static enum err
create_one(
    struct txn *t, struct work *w, const char *owner_id, const char *project_id)
{
	struct prompt out,
	    p = {
		    .owner_id = owner_id,
		    .project_id = project_id,
		    .name =
			arena_printf(txn_arena(t), "Prompt no. %ld", w->number),
		    .slug = arena_printf(txn_arena(t), "no_%ld_%lld", w->number,
			(long long)w->run),
		    .content = make_content(t, w),
		    .model = "gpt-4",
		    .tags = "[\"bench\",\"real text\"]",
		    .version = 1,
	    };
	enum err err;

	if ((err = prompt_create(t, &p, &out)) != ERR_NONE)
		return err;
	if (w->number < w->payloads &&
	    (err = create_payload(t, w->number, out.id)) != ERR_NONE)
		return err;
	memcpy(w->ids[w->number], out.id, ID_SIZE);
	w->number++;
	return ERR_NONE;
}

static enum err
create_batch(struct txn *t, void *work)
{
	struct work *w = work;
	const char *project_id;
	struct user user;
	enum err err;

	if ((err = user_find_by_email(t, w->email, &user)) != ERR_NONE)
		return err;
	err = project_first_of_user(t, user.id, &project_id);
	while (w->number < w->end && err == ERR_NONE)
		err = create_one(t, w, user.id, project_id);
	return err;
}

static enum err
update_one(struct txn *t, struct work *w)
{
	struct prompt_patch patch = {
		.content = { GIVEN_VALUE, make_content(t, w) },
	};
	struct prompt old, out;
	enum err err;

	err = prompt_find(t, w->ids[w->number % w->prompts], &old);
	if (err == ERR_NONE)
		err = prompt_update(t, &old, &patch, old.owner_id, &out);
	w->number++;
	return err;
}

static enum err
update_batch(struct txn *t, void *work)
{
	struct work *w = work;
	enum err err = ERR_NONE;

	while (w->number < w->end && err == ERR_NONE)
		err = update_one(t, w);
	return err;
}

/* Make `count` changes, BATCH of them a commit. */
static void
change_all(struct store *s, txn_fn *fn, struct work *w, long count)
{
	struct arena *a = arena_new();
	struct failure f = { 0 };
	struct txn_call call;

	w->number = 0;
	while (w->number < count) {
		txn_call_init(&call, a, &f);
		call.actor = (struct txn_actor){
			.id = "fill",
			.kind = "operator",
			.request_id = "fill",
			.family = "bench",
		};
		w->end = w->number + BATCH < count ? w->number + BATCH : count;
		if (txn_run(s, TXN_WRITE, fn, w, &call) != ERR_NONE)
			fail("a change", &f);
		arena_reset(a);
	}
	arena_free(a);
}

static void
catch_up(struct store *s)
{
	int64_t pause_ms;
	enum err err;

	do {
		/* Busy: a responder is at it already. */
		err = search_catch_up(s, &pause_ms);
		if (err != ERR_NONE && err != ERR_BUSY)
			fail("catch up", NULL);
	} while (pause_ms == 0);
}

static void
say(const char *what, int64_t since_us)
{
	printf("%s %.1f\n", what, (double)(clock_steady_us() - since_us) / 1e6);
	fflush(stdout);
}

static void
read_texts(struct work *w)
{
	w->texts = calloc(1, TEXT_MAX + 1);
	w->ids = calloc((size_t)w->prompts, ID_SIZE);
	if (w->texts == NULL || w->ids == NULL)
		fail("no memory", NULL);
	w->texts_len = fread(w->texts, 1, TEXT_MAX, stdin);
	if (w->texts_len == 0)
		fail("no texts", NULL);
}

static struct store *
open_data(const char *dir)
{
	struct store_options options = { .dir = dir, .lock_ms = 10000 };
	struct failure f = { 0 };
	struct store *s;
	bool fresh;

	if (store_open(&options, &s, &fresh, &f) != ERR_NONE)
		fail("open", &f);
	return s;
}

int
main(int argc, char **argv)
{
	int64_t start_us = clock_steady_us();
	struct work w = { .run = clock_now_us() };
	struct store *s;

	if (argc != 6 || (w.prompts = atol(argv[3])) < 1 || sodium_init() < 0)
		fail("usage: fill DIR EMAIL PROMPTS PAYLOADS UPDATES", NULL);
	w.email = argv[2];
	w.payloads = atol(argv[4]);
	read_texts(&w);
	s = open_data(argv[1]);
	change_all(s, create_batch, &w, w.prompts);
	say("prompts", start_us);
	change_all(s, update_batch, &w, atol(argv[5]));
	say("updates", start_us);
	catch_up(s);
	say("index", start_us);
	store_close(s);
	return 0;
}
