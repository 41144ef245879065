/* SPDX-License-Identifier: MIT */
/*
 * ask: sends one HTTP request to a deployment, by the program curl, because
 * deployments speak TLS and we do not.
 */
#ifndef CLI_ASK_H
#define CLI_ASK_H

#include "base/arena.h"

#include <stdbool.h>
#include <stddef.h>

struct ask {
	const char *method;
	const char *url;
	const char *const *headers; /* "Name: value", ended by NULL; or NULL */
	size_t body_bytes;          /* so many of them are sent; 0: no body */
};

struct ask_answer {
	int status;
	const char *headers; /* lines, each ended by CRLF */
	const char *body;
};

/* Ask, waiting for some seconds.  Redirects are not followed.  NULL, and out
 * filled from the arena; or why there is no answer.  What is sent stands on no
 * command line, where other accounts could read it. */
const char *ask_web(
    const struct ask *ask, struct arena *a, struct ask_answer *out);

/* The value of the first header with this name, or NULL. */
const char *ask_header(
    const struct ask_answer *answer, const char *name, struct arena *a);

#endif
