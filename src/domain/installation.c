/* SPDX-License-Identifier: MIT */
#include "domain/installation.h"

#include "base/text.h"
#include "domain/project.h"
#include "domain/secret.h"

#include <limits.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

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

/* Do the two names, links followed, mean a file and a directory around it? */
static bool
lies_inside(const char *file, const char *dir)
{
	char file_path[PATH_MAX], dir_path[PATH_MAX];
	size_t len;

	if (realpath(file, file_path) == NULL ||
	    realpath(dir, dir_path) == NULL)
		return false;
	len = strlen(dir_path);
	return strncmp(file_path, dir_path, len) == 0 && file_path[len] == '/';
}

enum err
installation_audit_key(const struct config *config,
    unsigned char key[SEAL_KEY_BYTES], bool *has_key, struct failure *f)
{
	*has_key = config->audit_key[0] != '\0';
	if (!*has_key)
		return ERR_NONE;
	if (lies_inside(config->audit_key, config->data))
		return err_fail(f, ERR_IO, NULL,
		    "the audit_key lies inside of the data directory");
	return secret_read(config->audit_key, key, f);
}

enum err
installation_open(const struct config *config, bool is_brief,
    struct store **out, struct failure *f)
{
	struct store_options options = {
		.dir = config->data,
		.synchronous_full = text_equal(config->synchronous, "full"),
		.is_brief = is_brief,
		.lock_ms = config->lock_ms,
	};
	unsigned char key[SEAL_KEY_BYTES];
	struct store *s;
	bool fresh, has_key;
	enum err err;

	if ((err = installation_audit_key(config, key, &has_key, f)) !=
	    ERR_NONE)
		return err;
	if (has_key)
		options.audit_key = key;
	err = store_open(&options, &s, &fresh, f);
	sodium_memzero(key, sizeof(key));
	if (err != ERR_NONE)
		return err;
	if ((err = settle(s, f)) != ERR_NONE) {
		store_close(s);
		return err;
	}
	*out = s;
	return ERR_NONE;
}
