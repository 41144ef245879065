/* SPDX-License-Identifier: MIT */
#include "domain/installation.h"

#include "base/text.h"
#include "domain/project.h"

static enum err
find_home(struct txn *t, void *home)
{
	return project_find_installation(t, home);
}

static enum err
ensure_home(struct txn *t, void *home)
{
	return project_ensure_installation(t, home);
}

/* Only a new installation costs a write. */
static enum err
settle(struct store *s, struct failure *f)
{
	struct arena *a = arena_new();
	struct tenancy home;
	struct txn_call call;
	enum err err;

	txn_call_init(&call, a, f);
	call.actor = (struct txn_actor){
		.id = "installation",
		.kind = "system",
		.request_id = "start",
		.family = "system",
	};
	err = txn_run(s, TXN_READ, find_home, &home, &call);
	if (err == ERR_PROJECT_UNKNOWN)
		err = txn_run(s, TXN_WRITE, ensure_home, &home, &call);
	if (err != ERR_NONE)
		f->detail = NULL; /* it may lie in the arena */
	arena_free(a);
	return err;
}

enum err
installation_open(const struct config *config, bool keep_wal,
    struct store **out, struct failure *f)
{
	struct store_options options = {
		.dir = config->data,
		.synchronous_full = text_equal(config->synchronous, "full"),
		.keep_wal = keep_wal,
		.lock_ms = config->lock_ms,
	};
	struct store *s;
	bool fresh;
	enum err err;

	if ((err = store_open(&options, &s, &fresh, f)) != ERR_NONE)
		return err;
	if ((err = settle(s, f)) != ERR_NONE) {
		store_close(s);
		return err;
	}
	*out = s;
	return ERR_NONE;
}
