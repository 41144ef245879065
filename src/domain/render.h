/* SPDX-License-Identifier: MIT */
/*
 * render: what is needed of a prompt to fill in its template.
 */
#ifndef DOMAIN_RENDER_H
#define DOMAIN_RENDER_H

#include "store/txn.h"

#include <stdint.h>

/* Text lives in the call's arena. */
struct render_source {
	const char *prompt_id;
	const char *payload_schema; /* JSON object, NULL */
	int64_t version;
	const char *version_id;
	const char *content;      /* the template */
	const char *model;        /* NULL */
	const char *model_params; /* JSON object, NULL */
	const char *labels;       /* JSON array of text: the version's tags */
};

/* The version that `name` tells (a number, or else a tag) of the project's
 * prompt with this slug; name NULL: the live one.  ERR_PROMPT_UNKNOWN;
 * ERR_VERSION_UNKNOWN, with the field "live" when none is live. */
enum err render_find(struct txn *t, const char *project_id, const char *slug,
    const char *name, struct render_source *out);

#endif
