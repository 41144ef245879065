/* SPDX-License-Identifier: MIT */
#include "api/px0/px0.h"

#include "base/text.h"
#include "domain/reach.h"

/* The most that a token lets its user be. */
static const enum team_role bounds[] = {
	[TOKEN_READ_RENDER] = TEAM_VIEWER,
	[TOKEN_ALL] = TEAM_EDITOR,
	[TOKEN_ADMIN] = TEAM_ADMIN,
};

enum team_role
px0_bound_role(const struct call *c, enum team_role role)
{
	enum team_role most = bounds[c->caller.operation];

	return role < most ? role : most;
}

/* Hold a role against the one that is needed; none at all means that the
 * thing is out of reach, which is said as if it did not exist. */
static enum err
check_role(struct call *c, enum team_role role, enum team_role needed,
    enum err unknown)
{
	if (role == TEAM_NONE)
		return call_fail(c, unknown, NULL, NULL);
	if (px0_bound_role(c, role) < needed)
		return call_fail(c, ERR_ROLE_TOO_LOW, NULL, NULL);
	return ERR_NONE;
}

enum err
px0_path_id(struct call *c, size_t i, const char *what, const char **out)
{
	char id[TEXT_UUID_SIZE];

	if (!text_uuid_lenient(call_param(c, i), id))
		return call_fail(c, ERR_ID_INVALID, what, NULL);
	*out = arena_text(c->arena, id);
	return ERR_NONE;
}

enum err
px0_reach_prompt(
    struct call *c, struct txn *t, enum team_role needed, const char **out)
{
	enum team_role role;
	const char *id;
	enum err err;

	if ((err = px0_path_id(c, 0, "prompt", &id)) != ERR_NONE ||
	    (err = reach_prompt(t, c->caller.token_id, id, &role)) !=
		ERR_NONE ||
	    (err = check_role(c, role, needed, ERR_PROMPT_UNKNOWN)) != ERR_NONE)
		return err;
	*out = id;
	return ERR_NONE;
}

enum err
px0_reach_project(
    struct call *c, struct txn *t, enum team_role needed, const char **out)
{
	enum team_role role;
	const char *id;
	enum err err;

	if ((err = px0_path_id(c, 0, NULL, &id)) != ERR_NONE ||
	    (err = reach_project(t, c->caller.token_id, id, &role)) !=
		ERR_NONE ||
	    (err = check_role(c, role, needed, ERR_PROJECT_UNKNOWN)) !=
		ERR_NONE)
		return err;
	*out = id;
	return ERR_NONE;
}

enum err
px0_role_in_project(
    struct call *c, struct txn *t, const char *project_id, enum team_role *out)
{
	enum team_role role;
	enum err err = reach_project(t, c->caller.token_id, project_id, &role);

	if (err != ERR_NONE)
		return err;
	*out = px0_bound_role(c, role);
	return ERR_NONE;
}

enum err
px0_role_in_team(
    struct call *c, struct txn *t, const char *team_id, enum team_role *out)
{
	enum team_role role;
	enum err err = reach_team(t, c->caller.token_id, team_id, &role);

	if (err != ERR_NONE)
		return err;
	*out = px0_bound_role(c, role);
	return ERR_NONE;
}

enum err
px0_editor_guard(struct call *c, struct txn *t)
{
	const char *ignored;

	return px0_reach_prompt(c, t, TEAM_EDITOR, &ignored);
}

enum err
px0_prompt_id_guard(struct call *c, struct txn *t)
{
	const char *ignored;

	(void)t;
	return px0_path_id(c, 0, "prompt", &ignored);
}
