/* SPDX-License-Identifier: MIT */
#include "domain/key_use.h"

#include "base/arena.h"
#include "base/text.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NOTED_MAX 256
#define WRITTEN_AGAIN_MS 60000

struct use {
	char token_id[TEXT_UUID_SIZE];
	int64_t at_ms;
};

struct uses {
	struct use list[NOTED_MAX];
	size_t count;
};

struct key_uses {
	pthread_mutex_t mutex; /* guards noted */
	struct uses noted;
};

struct key_uses *
key_uses_new(void)
{
	struct key_uses *u = calloc(1, sizeof(*u));

	if (u != NULL)
		pthread_mutex_init(&u->mutex, NULL);
	return u;
}

void
key_uses_free(struct key_uses *u)
{
	if (u == NULL)
		return;
	pthread_mutex_destroy(&u->mutex);
	free(u);
}

static bool
is_noted(const struct uses *noted, const char *token_id)
{
	size_t i;

	for (i = 0; i < noted->count; i++) {
		if (text_equal(noted->list[i].token_id, token_id))
			return true;
	}
	return false;
}

void
key_uses_note(struct key_uses *u, const struct caller *who, int64_t now_ms)
{
	struct uses *noted = &u->noted;
	struct use *use;

	if (who->kind == TOKEN_SESSION || who->kind == TOKEN_JWT ||
	    now_ms - who->last_used_at < WRITTEN_AGAIN_MS)
		return;
	pthread_mutex_lock(&u->mutex);
	if (noted->count < NOTED_MAX && !is_noted(noted, who->token_id)) {
		use = &noted->list[noted->count++];
		snprintf(
		    use->token_id, sizeof(use->token_id), "%s", who->token_id);
		use->at_ms = now_ms;
	}
	pthread_mutex_unlock(&u->mutex);
}

bool
key_uses_is_empty(struct key_uses *u)
{
	bool empty;

	pthread_mutex_lock(&u->mutex);
	empty = u->noted.count == 0;
	pthread_mutex_unlock(&u->mutex);
	return empty;
}

static enum err
write_uses(struct txn *t, void *arg)
{
	const struct uses *uses = arg;
	enum err err = ERR_NONE;
	size_t i;

	for (i = 0; i < uses->count && err == ERR_NONE; i++)
		err = token_note_use(
		    t, uses->list[i].token_id, uses->list[i].at_ms);
	return err;
}

/* Take what was noted; uses that come now are noted anew. */
static struct uses *
take_noted(struct key_uses *u, struct arena *a)
{
	struct uses *taken = arena_alloc(a, sizeof(*taken));

	pthread_mutex_lock(&u->mutex);
	*taken = u->noted;
	u->noted.count = 0;
	pthread_mutex_unlock(&u->mutex);
	return taken;
}

enum err
key_uses_write(struct key_uses *u, struct store *s)
{
	struct failure f = { 0 };
	struct txn_call call;
	struct uses *taken;
	struct arena *a;
	enum err err;

	if (key_uses_is_empty(u))
		return ERR_NONE;
	a = arena_try_new();
	if (a == NULL)
		return ERR_INTERNAL;
	taken = take_noted(u, a);
	txn_call_init(&call, a, &f);
	call.actor = (struct txn_actor){
		.id = "system",
		.kind = "system",
		.request_id = "key_use",
		.family = "key_use",
	};
	err = txn_run(s, TXN_WRITE, write_uses, taken, &call);
	arena_free(a);
	return err;
}
