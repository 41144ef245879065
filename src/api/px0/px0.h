/* SPDX-License-Identifier: MIT */
/*
 * px0: what the files of the /v1 family share.
 *
 *	px0.c          bodies, words, routes, the family itself
 *	px0_reach.c    ids of the path, and who may do what with them
 *	px0_account.c  registering, logging in and out, health
 *	px0_profile.c  the caller himself, his sessions and teams
 *	px0_team.c     members' roles
 *	px0_key.c      API keys
 *	px0_project.c  projects
 *	px0_prompt.c   prompts
 *	px0_version.c  versions
 *	px0_tag.c      their tags
 *	px0_payload.c  payloads
 *	px0_render.c   templates filled in
 *	px0_search.c   the search
 */
#ifndef API_PX0_PX0_H
#define API_PX0_PX0_H

#include "api/family.h"
#include "api/page.h"
#include "domain/payload.h"
#include "domain/project.h"
#include "domain/prompt.h"
#include "domain/user.h"
#include "domain/version.h"

#include <stdbool.h>
#include <stdint.h>

/* Refuse a body for what it says rather than for its form; text is what the
 * client reads. */
enum err px0_refuse_body(struct call *c, const char *text);

/* The slug made of slug, or where that is not given (or empty) of name. */
const char *px0_choose_slug(struct call *c, const struct given_text *slug,
    const struct given_text *name);

/* Is there text, and any in it? */
bool px0_is_given(const struct given_text *text);

void px0_show_time(struct doc *d, const char *name, int64_t at_ms);

void px0_show_user(struct doc *d, const struct user *user);

/* 200 {"message":"…"}, the caller's alone. */
void px0_reply_message(struct call *c, const char *text);

/* px0's rules for a new password; refuses the body. */
enum err px0_check_password(struct call *c, const char *password);

/*
 * Reach.  A caller's role is the one that he has in the team, bounded by what
 * his token may do; without any role a thing does not exist for him.
 */

/* The i-th id of the path in canonical form; ERR_ID_INVALID, where `what`
 * (prompt, payload or NULL) chooses the text. */
enum err px0_path_id(
    struct call *c, size_t i, const char *what, const char **out);

/* The caller's role in the named project. */
enum err px0_role_in_project(
    struct call *c, struct txn *t, const char *project_id, enum team_role *out);

/* The prompt of the path's first id: ERR_ID_INVALID, ERR_PROMPT_UNKNOWN
 * without any role, ERR_ROLE_TOO_LOW below needed. */
enum err px0_reach_prompt(
    struct call *c, struct txn *t, enum team_role needed, const char **out);

/* The project of the path's first id, likewise: ERR_PROJECT_UNKNOWN. */
enum err px0_reach_project(
    struct call *c, struct txn *t, enum team_role needed, const char **out);

/* A role, as far as the token lets its user have it. */
enum team_role px0_bound_role(const struct call *c, enum team_role role);

/* The caller's role in a team; TEAM_NONE for unknown teams. */
enum err px0_role_in_team(
    struct call *c, struct txn *t, const char *team_id, enum team_role *out);

/* Guards: an editor of the path's prompt; and where the body comes before the
 * prompt is looked up, that its id reads as one. */
route_fn px0_editor_guard, px0_prompt_id_guard;

/*
 * Versions.
 */

/* The prompt of the path's first id, then its version that the second
 * parameter names. */
enum err px0_find_version(
    struct call *c, struct txn *t, enum team_role needed, struct version *out);

void px0_show_version(struct doc *d, const char *name, const struct version *v);
void px0_reply_version(struct call *c, int status, const struct version *v);

/* For entity tags: versions count no writes, so a digest of all that is shown
 * of one, and of seed, stands in. */
int64_t px0_version_revision(const struct version *v, int64_t seed);

/*
 * Bodies and query strings.
 */

struct px0_register_body {
	struct given_text email;
	struct given_text password;
	struct given_text team_id;
};

struct px0_login_body {
	struct given_text email;
	struct given_text password;
};

struct px0_email_body {
	struct given_text email;
};

struct px0_password_body {
	struct given_text current;
	struct given_text fresh;
};

struct px0_role_body {
	struct given_text role;
};

struct px0_key_body {
	struct given_text name;
	struct given_text org_id;
	struct given_json team_ids;
	struct given_text operation;
};

struct px0_key_query {
	struct given_text org_id;
	struct page_query page;
};

struct px0_project_body {
	struct given_text team_id;
	struct given_text name;
	struct given_text slug;
};

struct px0_prompt_body {
	struct given_text name;
	struct given_text description;
	struct given_text slug;
};

struct px0_schema_body {
	struct given_json schema;
};

struct px0_move_body {
	struct given_text project_id;
};

struct px0_prompt_query {
	struct given_text project;
	struct given_text project_id;
	struct given_text status;
	struct given_text archived;
	struct page_query page;
};

struct px0_render_body {
	struct given_json variables;
	struct given_text payload_id;
};

struct px0_search_query {
	struct given_text q;
	struct given_text type;
};

/* Which version to show beside a prompt; version wins. */
struct px0_beside_query {
	struct given_text version;
	struct given_text tag;
};

struct px0_version_query {
	struct given_text status;
	struct given_text tags; /* a,b */
	struct page_query page;
};

struct px0_diff_query {
	struct given_text from;
	struct given_text to;
};

struct px0_rollback_body {
	struct given_integer target_version;
	struct given_text reason;
};

struct px0_tag_body {
	struct given_text tag;
};

extern const struct field_table px0_search_fields;
extern const struct field_table px0_register_fields;
extern const struct field_table px0_login_fields;
extern const struct field_table px0_email_fields;
extern const struct field_table px0_password_fields;
extern const struct field_table px0_role_fields;
extern const struct field_table px0_key_fields;
extern const struct field_table px0_key_put_fields;
extern const struct field_table px0_key_query_fields;
extern const struct field_table px0_project_fields;
extern const struct field_table px0_project_put_fields;
extern const struct field_table px0_prompt_fields;
extern const struct field_table px0_describe_fields;
extern const struct field_table px0_schema_fields;
extern const struct field_table px0_move_fields;
extern const struct field_table px0_prompt_query_fields;
extern const struct field_table px0_beside_query_fields;
extern const struct field_table px0_version_fields;
extern const struct field_table px0_version_query_fields;
extern const struct field_table px0_diff_query_fields;
extern const struct field_table px0_rollback_fields;
extern const struct field_table px0_tag_fields;
extern const struct field_table px0_payload_post_fields;
extern const struct field_table px0_payload_put_fields;
extern const struct field_table px0_render_fields;

/*
 * What the routes name.
 */

route_fn px0_health;
route_prepare_fn px0_register_prepare, px0_login_prepare, px0_logout_prepare;
route_fn px0_register, px0_login, px0_logout;

route_fn px0_person_guard;
route_prepare_fn px0_me_prepare, px0_password_prepare;
route_fn px0_me, px0_me_put, px0_me_delete, px0_password_post;
route_fn px0_session_guard, px0_session_list, px0_session_delete;
route_fn px0_my_teams, px0_my_organisations;

route_fn px0_role_guard, px0_role_put;
route_prepare_fn px0_role_prepare;

route_prepare_fn px0_key_post_prepare, px0_key_regenerate_prepare;
route_fn px0_key_guard, px0_key_post, px0_key_list;
route_fn px0_key_put, px0_key_delete, px0_key_regenerate;

route_prepare_fn px0_project_prepare;
route_fn px0_project_put_guard, px0_project_delete_guard;
route_fn px0_project_post, px0_project_get, px0_project_list;
route_fn px0_project_put, px0_project_delete;

route_prepare_fn px0_prompt_prepare;
route_fn px0_prompt_post_guard, px0_prompt_put_guard, px0_prompt_admin_guard;
route_fn px0_prompt_post, px0_prompt_get, px0_prompt_put, px0_prompt_delete;
route_fn px0_prompt_list, px0_prompt_list_by_query;
route_fn px0_prompt_archive, px0_prompt_restore;
route_prepare_fn px0_schema_prepare, px0_move_prepare;
route_fn px0_schema_post, px0_move_post;

route_fn px0_version_put_guard;
route_prepare_fn px0_version_post_prepare, px0_version_put_prepare;
route_prepare_fn px0_rollback_prepare, px0_tag_prepare;
route_fn px0_version_post, px0_version_list, px0_version_get;
route_fn px0_version_put, px0_version_delete, px0_version_duplicate;
route_fn px0_version_promote, px0_version_demote, px0_version_archive;
route_fn px0_version_diff, px0_version_variables, px0_rollback;
route_fn px0_tag_post, px0_tag_list, px0_tag_delete;

route_prepare_fn px0_payload_prepare;
route_fn px0_payload_write_guard;
route_fn px0_payload_post, px0_payload_list;
route_fn px0_payload_get, px0_payload_put, px0_payload_delete;

route_fn px0_render_guard, px0_render;
route_fn px0_search;

#endif
