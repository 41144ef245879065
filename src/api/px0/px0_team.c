/* SPDX-License-Identifier: MIT */
/*
 * Teams: what their members may do.
 */
#include "api/px0/px0.h"

#include "base/text.h"

/* clang-format off */
static const struct field rows[] = {
	{.name = "role", .type = FIELD_TEXT, .flags = FIELD_NULL_IS_ABSENT, .offset = offsetof(struct px0_role_body, role)},
};
/* clang-format on */
const struct field_table px0_role_fields = { FIELD_TABLE(rows) };

/* The caller's role in the team; an admin of its organisation counts as one
 * of the team, its other members at least know that there is such a team.  A
 * key is no member of anything but what it opens. */
static enum err
find_role(
    struct call *c, struct txn *t, const char *team_id, enum team_role *out)
{
	enum team_role role, place = TEAM_NONE;
	struct team team;
	enum err err;

	if ((err = team_find(t, team_id, &team)) != ERR_NONE ||
	    (err = px0_role_in_team(c, t, team_id, &role)) != ERR_NONE)
		return err;
	if (c->caller.organisation_id == NULL &&
	    (err = organisation_role(t, team.organisation_id, c->caller.user_id,
		 &place)) != ERR_NONE)
		return err;
	*out = role > place ? role : px0_bound_role(c, place);
	return ERR_NONE;
}

/* The team of the path, for one who administers it. */
static enum err
find(struct call *c, struct txn *t, const char **team_id, const char **user_id)
{
	enum team_role role;
	enum err err;

	if ((err = px0_path_id(c, 0, NULL, team_id)) != ERR_NONE ||
	    (err = px0_path_id(c, 1, NULL, user_id)) != ERR_NONE ||
	    (err = find_role(c, t, *team_id, &role)) != ERR_NONE)
		return err;
	if (role == TEAM_NONE)
		return call_fail(c, ERR_TEAM_UNKNOWN, NULL, NULL);
	if (role < TEAM_ADMIN)
		return call_fail(c, ERR_ROLE_TOO_LOW, NULL, NULL);
	return ERR_NONE;
}

enum err
px0_role_guard(struct call *c, struct txn *t)
{
	const char *team_id, *user_id;

	return find(c, t, &team_id, &user_id);
}

enum err
px0_role_prepare(struct call *c)
{
	const struct px0_role_body *b = c->body;

	if (!px0_is_given(&b->role) ||
	    team_role_from_name(b->role.text) == TEAM_NONE)
		return px0_refuse_body(
		    c, "invalid role, must be admin, editor, or viewer");
	return ERR_NONE;
}

enum err
px0_role_put(struct call *c, struct txn *t)
{
	const struct px0_role_body *b = c->body;
	const char *team_id, *user_id;
	enum err err;

	if ((err = find(c, t, &team_id, &user_id)) != ERR_NONE ||
	    (err = team_set_role(t, team_id, user_id,
		 team_role_from_name(b->role.text))) != ERR_NONE)
		return err;
	px0_reply_message(c, "role updated successfully");
	return ERR_NONE;
}
