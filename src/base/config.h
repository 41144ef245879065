/* SPDX-License-Identifier: MIT */
/*
 * config: the settings, as one table of name, type, range, default and help.
 *
 * Sources, later ones win: the default, the file (PROMPTLEDGER_CONFIG, or
 * promptledger.conf in the data directory), the process environment
 * (PROMPTLEDGER_<NAME>), and the web server's own variables, which arrive as
 * parameters of the first request (SetEnv in .htaccess).  Names a client can
 * influence (HTTP_*) are never looked at.  An unknown key or a bad value is
 * refused with the file and line.
 */
#ifndef BASE_CONFIG_H
#define BASE_CONFIG_H

#include "base/arena.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Plain data; the strings live as long as the struct's arena. */
struct config {
	const char **sources; /* where each comes from: config_source */

	const char *data;         /* the data directory, absolute */
	const char *base;         /* path prefix of the API; "" = find it */
	const char *public_url;   /* scheme://host[:port][/base], or "" */
	int64_t threads;          /* workers of a FastCGI process */
	const char *synchronous;  /* full | normal */
	int64_t lock_ms;          /* how long a writer waits for its turn */
	int64_t body_max_bytes;   /* JSON bodies */
	int64_t audio_max_bytes;  /* uploads */
	int64_t audio_keep_hours; /* what nothing refers to */
	const char *sendfile;     /* off | x-sendfile | x-accel-redirect */
	const char *sendfile_location; /* where nginx has the assets */
	int64_t session_hours;
	const char *replaced; /* exit | become */
	const char *signup;   /* open | closed */
	int64_t signups;
	int64_t login_failures;
	int64_t token_rate;
	const char *cors_origins;
	const char *delete_in_use; /* allow | refuse */
	const char *log;           /* all | errors | off */
	const char *audit_key;     /* the key file's path, or "" */
	const char *metrics;       /* admin | loopback | off */
	const char *metrics_key;   /* a key file's path, or "" */
	const char *jwt_keys;      /* a file; "": no JWTs are taken */
	const char *jwt_issuer;
	const char *jwt_audience;
	const char *jwt_audience_claim;
	int64_t jwt_leeway_s;
	const char *jwt_user_claim;
	const char *jwt_groups_claim;
	const char *jwt_roles; /* group=role, group=role */
};

enum config_type {
	CONFIG_TEXT,
	CONFIG_URL,  /* without a slash at its end, as CONFIG_PATH */
	CONFIG_PATH, /* absolute, or empty */
	CONFIG_INTEGER,
	CONFIG_CHOICE,
};

struct config_setting {
	const char *name; /* in the file; PROMPTLEDGER_NAME outside */
	enum config_type type;
	int64_t min, max;     /* CONFIG_INTEGER */
	const char *choices;  /* CONFIG_CHOICE: "open closed" */
	const char *fallback; /* the default, as text */
	size_t offset;        /* in struct config */
	const char *help;
};

/* The table, ended by a row without a name. */
const struct config_setting *config_settings(void);

/* Fill out from default, file and environment.  data_dir, when not NULL
 * (--data), wins over every other source of that setting; the file cannot
 * give it, because it lies there.  On failure f->detail says what is wrong
 * and where. */
enum err config_load(struct config *out, const char *data_dir, struct arena *a,
    struct failure *f);

/* Where the value of s in c comes from: "default", "FILE:LINE",
 * "environment" or "--data".  c must come from config_load. */
const char *config_source(
    const struct config *c, const struct config_setting *s);

/* The value of s in c, as it would stand in the file. */
const char *config_value(
    const struct config *c, const struct config_setting *s, struct arena *a);

/* Let the PROMPTLEDGER_* members of env ("NAME=value", ended by NULL) win
 * over what is in c.  Names that are no settings are left alone: a web
 * server's configuration may use some of its own. */
enum err config_apply_env(struct config *c, const char *const *env,
    struct arena *a, struct failure *f);

#endif
