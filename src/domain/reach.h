/* SPDX-License-Identifier: MIT */
/*
 * reach: which teams a token opens, and in which role.
 *
 * An organisation's API key has the teams that it is bound to, or all of its
 * organisation, in the role that its operation names, whoever made it.  Any
 * other token (a session, a key of the command line) has its user's teams in
 * his roles.  The view token_reach says so once for all queries.
 */
#ifndef DOMAIN_REACH_H
#define DOMAIN_REACH_H

#include "domain/project.h"
#include "store/txn.h"

/* The role in the team; TEAM_NONE when there is no such team or the token
 * does not open it. */
enum err reach_team(struct txn *t, const char *token_id, const char *team_id,
    enum team_role *out);

/* The role in the team that owns the project, likewise. */
enum err reach_project(struct txn *t, const char *token_id,
    const char *project_id, enum team_role *out);

/* The same by one of the project's prompts. */
enum err reach_prompt(struct txn *t, const char *token_id,
    const char *prompt_id, enum team_role *out);

#endif
