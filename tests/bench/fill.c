/* SPDX-License-Identifier: MIT */
/*
 * Fills a data directory through the store, fast: many prompts a commit.
 *
 *	fill DIR EMAIL COUNT < texts
 *
 * The prompts become the user's of this address.  texts are contents, each
 * ended by a NUL; they are used over and over, each time with a number of its
 * own, so that no two prompts are the same.  Then the search's index is
 * brought up to date.  Prints seconds as it goes.
 */
#include "base/clock.h"
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

struct work {
	char *texts;
	size_t texts_len;
	size_t at; /* of the next text */
	const char *email;
	long number; /* of the next prompt */
	long end;    /* of the batch */
};

static void
fail(const char *why, const struct failure *f)
{
	fprintf(stderr, "fill: %s: %s %s\n", why,
	    f == NULL ? "" : err_info(f->code)->slug,
	    f == NULL || f->detail == NULL ? "" : f->detail);
	exit(1);
}

static enum err
create_one(
    struct txn *t, struct work *w, const char *owner_id, const char *project_id)
{
	const char *text = w->texts + w->at;
	struct prompt out,
	    p = {
		    .owner_id = owner_id,
		    .project_id = project_id,
		    .name =
			arena_printf(txn_arena(t), "Prompt no. %ld", w->number),
		    .slug = arena_printf(txn_arena(t), "no_%ld", w->number),

		    .content = arena_printf(txn_arena(t),
			"%s\nMark: item%lditem", text, w->number * 7919),
		    .model = "gpt-4",
		    .tags = "[\"bench\",\"real text\"]",
		    .version = 1,
	    };

	w->at += strlen(text) + 1;
	if (w->at >= w->texts_len)
		w->at = 0;
	w->number++;
	return prompt_create(t, &p, &out);
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

static void
create_all(struct store *s, struct work *w, long count)
{
	struct arena *a = arena_new();
	struct failure f = { 0 };
	struct txn_call call;

	while (w->number < count) {
		txn_call_init(&call, a, &f);
		call.actor = (struct txn_actor){
			.id = "fill",
			.kind = "operator",
			.request_id = "fill",
			.family = "bench",
		};
		w->end = w->number + BATCH < count ? w->number + BATCH : count;
		if (txn_run(s, TXN_WRITE, create_batch, w, &call) != ERR_NONE)
			fail("create", &f);
		arena_reset(a);
	}
	arena_free(a);
}

int
main(int argc, char **argv)
{
	struct store_options options = { .lock_ms = 10000 };
	int64_t start_us = clock_steady_us(), pause_ms;
	struct failure f = { 0 };
	struct store *s;
	struct work w;
	bool fresh;

	if (argc != 4 || sodium_init() < 0)
		fail("usage: fill DIR EMAIL COUNT", NULL);
	w = (struct work){ .email = argv[2] };
	w.texts = calloc(1, TEXT_MAX + 1);
	if (w.texts == NULL)
		fail("no memory", NULL);
	w.texts_len = fread(w.texts, 1, TEXT_MAX, stdin);
	options.dir = argv[1];
	if (store_open(&options, &s, &fresh, &f) != ERR_NONE)
		fail("open", &f);
	create_all(s, &w, atol(argv[3]));
	printf("prompts %.1f\n", (double)(clock_steady_us() - start_us) / 1e6);
	fflush(stdout);
	do {
		if (search_catch_up(s, &pause_ms) != ERR_NONE)
			fail("catch up", NULL);
	} while (pause_ms == 0);
	printf("index %.1f\n", (double)(clock_steady_us() - start_us) / 1e6);
	store_close(s);
	return 0;
}
