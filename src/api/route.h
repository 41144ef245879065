/* SPDX-License-Identifier: MIT */
/*
 * route: one row per operation: what it takes, who may call it, and which
 * functions answer it.  Everything that can be checked from the row is
 * checked by the dispatcher before a handler runs.
 */
#ifndef API_ROUTE_H
#define API_ROUTE_H

#include "api/call.h"

/* Who may call; the rules behind the names are in auth.c. */
enum access {
	ACCESS_ANYONE,  /* no token is looked at */
	ACCESS_CALLER,  /* any valid token */
	ACCESS_WRITER,  /* not a token that may only read */
	ACCESS_TOKEN,   /* px0's own-account routes: as ACCESS_WRITER,
	                      * 403 instead for a reading key */
	ACCESS_SESSION, /* px0: a session, no API key */
	ACCESS_ADMIN,   /* the operators' admins */
	ACCESS_METRICS, /* they, and who else may read /metrics: auth.c */
	ACCESS_VOICE_READ,
	ACCESS_VOICE_WRITE,
	ACCESS_VOICE_DOWNLOAD,
	ACCESS_VOICE_DELETE, /* prompts:write will do */
};

/* t is NULL for routes with TXN_NONE. */
typedef enum err route_fn(struct call *c, struct txn *t);

/* Work that must hold no lock and no transaction (hashing a password,
 * receiving a file), after the body was read and before the handler. */
typedef enum err route_prepare_fn(struct call *c);

/* The text, and where it differs the status, of one failure.  A row with a
 * field speaks only of failures of that field.  The list ends with ERR_NONE. */
struct err_text {
	enum err err;
	const char *field;
	int status; /* 0: err_info's */
	const char *text;
};

enum {
	/* prepare reads the body itself (uploads). */
	ROUTE_RAW_BODY = 1 << 0,
	/* The answer holds a secret: never kept for Idempotency-Key. */
	ROUTE_SECRET = 1 << 1,
	/* The body may leave in pieces while the handler runs (call_flush):
	 * for reads whose answer has no bound. */
	ROUTE_STREAM = 1 << 2,
};

struct route {
	enum method method; /* GET answers HEAD too */
	const char *path;   /* pattern.h; one file's routes are unique */
	const char *name;   /* for people: promptledger routes */
	enum access access;
	enum txn_mode mode; /* TXN_NONE: answers without a store, too */
	unsigned flags;
	const struct field_table *query; /* NULL: the query is not looked at */
	size_t query_size;               /* of the struct it fills */
	const struct field_table *body;  /* NULL: the body is not looked at */
	size_t body_size;
	route_fn *guard; /* before the body, in a read transaction */
	route_prepare_fn *prepare;
	route_fn *handler;
	const struct err_text *texts; /* before the family's own */
};

#endif
