/* SPDX-License-Identifier: MIT */
/*
 * project: where prompts live, and who may reach them: organisations own
 * teams, teams have members with a role and own projects.
 */
#ifndef DOMAIN_PROJECT_H
#define DOMAIN_PROJECT_H

#include "store/query.h"
#include "store/txn.h"

#include <stdbool.h>
#include <stdint.h>

/* What a member of a team may do with its prompts; a higher role includes
 * the lower ones. */
enum team_role {
	TEAM_NONE = 0, /* no member: out of reach */
	TEAM_VIEWER,
	TEAM_EDITOR,
	TEAM_ADMIN,
};

struct tenancy {
	const char *organisation_id;
	const char *team_id;
	const char *project_id;
};

/* Text lives in the call's arena. */
struct team {
	const char *id;
	const char *organisation_id;
	const char *name;
	int64_t created_at; /* UTC ms */
};

struct project {
	const char *id;
	const char *team_id;
	const char *name;
	const char *slug;
	int64_t created_at; /* UTC ms */
};

const char *team_role_name(enum team_role role);

/* TEAM_NONE for any other text. */
enum team_role team_role_from_name(const char *name);

/* Run a query that answers one role to its end; TEAM_NONE without a row. */
enum err team_role_take(struct query *q, enum team_role *out);

/* Make an organisation `Default Org`, its team `Default Team` and the team's
 * project `Prompts` (slug `prompts`). */
enum err project_create_tenancy(struct txn *t, struct tenancy *out);

/* The same for a user of his own, who administers the team. */
enum err project_create_home(struct txn *t, const char *user_id);

/* The same for a user who is in no team. */
enum err project_ensure_home(struct txn *t, const char *user_id);

/* The three of the installation itself, made on first use. */
enum err project_ensure_installation(struct txn *t, struct tenancy *out);
enum err project_find_installation(struct txn *t, struct tenancy *out);

enum err project_add_member(struct txn *t, const char *team_id,
    const char *user_id, enum team_role role);

/* No error when he is none. */
enum err project_remove_member(
    struct txn *t, const char *team_id, const char *user_id);

/* The project into which a user's prompts go when he names none: the first
 * one of his first team.  ERR_PROJECT_UNKNOWN when he has no team. */
enum err project_first_of_user(
    struct txn *t, const char *user_id, const char **out);

/* ERR_PROJECT_UNKNOWN when there is none. */
enum err project_find(struct txn *t, const char *id, struct project *out);

/* Read the row that a query of the project columns, in the order of struct
 * project, stands on. */
void project_take(struct query *q, struct project *out);

/* Create a project from first's team, name and slug.  ERR_NAME_TAKEN when
 * the team has one of that name or slug. */
enum err project_create(
    struct txn *t, const struct project *first, struct project *out);

/* Give the project another name or slug; NULL keeps it.  ERR_NAME_TAKEN as
 * above. */
enum err project_update(struct txn *t, const char *id, const char *name,
    const char *slug, struct project *out);

/* Delete the project with its prompts.  ERR_ROLE_TOO_LOW for the project of
 * the installation itself, which the operators' prompts need. */
enum err project_delete(struct txn *t, const char *id);

/* ERR_TEAM_UNKNOWN when there is none. */
enum err team_find(struct txn *t, const char *id, struct team *out);

/* Likewise for the team columns. */
void team_take(struct query *q, struct team *out);

/* Give a member another role.  ERR_MEMBER_UNKNOWN when the user is none. */
enum err team_set_role(struct txn *t, const char *team_id, const char *user_id,
    enum team_role role);

enum err team_has_members(struct txn *t, const char *team_id, bool *out);

/* The user's place in the organisation: TEAM_ADMIN when he administers its
 * Default Team, TEAM_VIEWER when he is in any of its teams, TEAM_NONE
 * otherwise. */
enum err organisation_role(struct txn *t, const char *organisation_id,
    const char *user_id, enum team_role *out);

/* An admin of the organisation: the user if he is one, else the first there
 * is.  ERR_USER_UNKNOWN when it has none. */
enum err organisation_find_admin(struct txn *t, const char *organisation_id,
    const char *user_id, const char **out);

#endif
