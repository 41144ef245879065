/* SPDX-License-Identifier: MIT */
/*
 * project: where prompts live, and who may reach them: organisations own
 * teams, teams have members with a role and own projects.
 */
#ifndef DOMAIN_PROJECT_H
#define DOMAIN_PROJECT_H

#include "store/txn.h"

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

const char *team_role_name(enum team_role role);

/* TEAM_NONE for any other text. */
enum team_role team_role_from_name(const char *name);

/* Make an organisation `Default Org`, its team `Default Team` and the team's
 * project `Prompts` (slug `prompts`). */
enum err project_create_tenancy(struct txn *t, struct tenancy *out);

/* The three of the installation itself, made on first use. */
enum err project_ensure_installation(struct txn *t, struct tenancy *out);
enum err project_find_installation(struct txn *t, struct tenancy *out);

enum err project_add_member(struct txn *t, const char *team_id,
    const char *user_id, enum team_role role);

/* The project into which a user's prompts go when he names none: the first
 * one of his first team.  ERR_PROJECT_UNKNOWN when he has no team. */
enum err project_first_of_user(struct txn *t, const char *user_id,
    const char **out);

/* The user's role in the team that owns the project; TEAM_NONE when there is
 * no such project or he is no member. */
enum err project_role(struct txn *t, const char *project_id,
    const char *user_id, enum team_role *out);

#endif
