/* SPDX-License-Identifier: MIT */
#include "domain/role.h"

#include "base/text.h"
#include "domain/project.h"

static const char member[] = "member";

bool
role_is_known(const char *name)
{
	return text_equal(name, member) ||
	    team_role_from_name(name) != TEAM_NONE;
}

static enum err
join_installation(struct txn *t, const char *user_id, enum team_role role)
{
	struct tenancy home;
	enum err err;

	if ((err = project_ensure_installation(t, &home)) != ERR_NONE)
		return err;
	err = team_set_role(t, home.team_id, user_id, role);
	if (err != ERR_MEMBER_UNKNOWN)
		return err;
	return project_add_member(t, home.team_id, user_id, role);
}

static enum err
leave_installation(struct txn *t, const char *user_id)
{
	struct tenancy home;
	enum err err;

	if ((err = project_find_installation(t, &home)) != ERR_NONE ||
	    (err = project_remove_member(t, home.team_id, user_id)) != ERR_NONE)
		return err;
	return project_ensure_home(t, user_id);
}

enum err
role_settle(struct txn *t, const struct user *user)
{
	enum team_role role = team_role_from_name(user->role);

	if (role == TEAM_NONE)
		return project_create_home(t, user->id);
	return join_installation(t, user->id, role);
}

/* A member may be in the installation's team because one of its admins put
 * him there: that he is a member still is no reason to remove him. */
static enum err
move(struct txn *t, const struct user *user, const char *role)
{
	enum team_role wanted = team_role_from_name(role);

	if (wanted != TEAM_NONE)
		return join_installation(t, user->id, wanted);
	if (text_equal(user->role, member))
		return ERR_NONE;
	return leave_installation(t, user->id);
}

enum err
role_change(
    struct txn *t, const struct user *user, const char *role, struct user *out)
{
	enum err err = ERR_NONE;

	if (text_equal(user->role, "admin") && !text_equal(role, "admin"))
		err = user_find_other_admin(t, user->id);
	if (err != ERR_NONE || (err = move(t, user, role)) != ERR_NONE ||
	    (err = user_set_role(t, user->id, role)) != ERR_NONE)
		return err;
	return user_find(t, user->id, out);
}
