/* SPDX-License-Identifier: MIT */
/*
 * promptcrafter: what the files of /prompts, /logs, /search and /auth share.
 *
 *	promptcrafter.c          bodies, words, routes, the family itself
 *	promptcrafter_account.c  signing up and in
 *	promptcrafter_prompt.c   prompts, and the search for them
 *	promptcrafter_log.c      logs
 */
#ifndef API_PROMPTCRAFTER_PROMPTCRAFTER_H
#define API_PROMPTCRAFTER_PROMPTCRAFTER_H

#include "api/family.h"
#include "api/page.h"
#include "domain/prompt.h"

#include <stdint.h>

/* A prompt's content, a log's output and notes, in characters. */
#define PROMPTCRAFTER_TEXT_MAX (512 * 1024)

void promptcrafter_show_time(struct doc *d, const char *name, int64_t at_ms);

/*
 * Bodies and query strings.
 */

struct promptcrafter_signup_body {
	struct given_text name;
	struct given_text email;
	struct given_text password;
};

struct promptcrafter_login_body {
	struct given_text email;
	struct given_text password;
};

struct promptcrafter_search_query {
	struct given_text q;
};

struct promptcrafter_log_body {
	struct given_text prompt_id;
	struct given_text output;
	struct given_text model_used;
	struct given_text notes;
	struct given_integer score;
};

struct promptcrafter_log_query {
	struct given_text prompt_id;
	struct page_query page;
};

extern const struct field_table promptcrafter_signup_fields;
extern const struct field_table promptcrafter_login_fields;
extern const struct field_table promptcrafter_create_fields;
extern const struct field_table promptcrafter_patch_fields;
extern const struct field_table promptcrafter_search_fields;
extern const struct field_table promptcrafter_log_fields;
extern const struct field_table promptcrafter_log_list_fields;
extern const struct field_table promptcrafter_log_by_prompt_fields;

/*
 * What the routes name.
 */

route_prepare_fn promptcrafter_signup_prepare, promptcrafter_login_prepare;
route_fn promptcrafter_signup, promptcrafter_login;

route_fn promptcrafter_prompt_guard;
route_fn promptcrafter_prompt_post, promptcrafter_prompt_list;
route_fn promptcrafter_prompt_get, promptcrafter_prompt_patch;
route_fn promptcrafter_prompt_delete, promptcrafter_search;

route_fn promptcrafter_log_post, promptcrafter_log_list;
route_fn promptcrafter_log_delete;

#endif
