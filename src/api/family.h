/* SPDX-License-Identifier: MIT */
/*
 * family: one of the four public APIs, or of the smaller ones beside them
 * (OAuth's tokens, the operator's health): its routes, its words for failures,
 * and the few habits in which it differs from the others.
 */
#ifndef API_FAMILY_H
#define API_FAMILY_H

#include "api/call.h"
#include "api/route.h"

#include <stdbool.h>
#include <stddef.h>

struct family {
	const char *name;          /* in the audit log: promptcrafter, … */
	const char *const *mounts; /* first segments of its paths, ended by
	                             * NULL; the API's root is found by them */
	const char *answers_for;   /* it also words the 404 of unknown paths
	                             * below this; "": of all the rest; or NULL */
	const struct route *routes;
	size_t route_count;
	unsigned path_flags; /* of pattern.h */
	bool hides_methods;  /* another method is an unknown route */
	bool takes_api_key;  /* X-Api-Key where there is no Authorization */
	bool heeds_teams;    /* so keys bound to teams may come in */
	bool heeds_scopes;   /* so OAuth's access tokens may come in */
	const char *content_type; /* of bodies that call_reply begins */
	size_t body_max_bytes;    /* 0: what is configured */
	const struct err_text *texts;

	/* The WWW-Authenticate of each 401; NULL: as auth_challenge says. */
	const char *challenge;

	/* The media type of the answer, or of the failure, where it depends
	 * on the request; NULL: always content_type. */
	const char *(*choose_type)(const struct call *c, enum err err);

	/* Refuse the request's media type before anything is looked up; NULL
	 * when read_body decides about it. */
	enum err (*check_media)(struct call *c);

	/* Turn the body's bytes into what the field table reads.  Decides
	 * what an empty body, null or an array means here. */
	enum err (*read_body)(struct call *c, const char *text, size_t len,
	    const struct body **out);

	/* Called for routes without a body table too: true when even there
	 * a broken JSON body is refused. */
	bool scans_every_body;

	/* Render the failure in c->failure and c->faults. */
	void (*show_error)(struct call *c, enum err err);
};

/* All of them, in the order in which routes are tried; ended by NULL. */
const struct family *const *family_list(void);

/* Check all tables (duplicate routes, missing handlers, …) at start-up;
 * ERR_INTERNAL with a log line naming the row at fault. */
enum err family_check(void);

/* The row for a failure: of the route first, then of the family; NULL when
 * neither has one. */
const struct err_text *family_error_text(const struct call *c, enum err err);

/* The status for a failure: of that row, or err_info's. */
int family_error_status(const struct call *c, enum err err);

extern const struct family promptcrafter_family;
extern const struct family px0_family;
extern const struct family voice_family;
extern const struct family oauth_family;
extern const struct family health_family;
extern const struct family admin_family;
extern const struct family meta_family;

#endif
