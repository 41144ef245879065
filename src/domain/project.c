/* SPDX-License-Identifier: MIT */
#include "domain/project.h"

#include "base/text.h"
#include "store/query.h"

static const char *const role_names[] = {
	[TEAM_NONE] = "none",
	[TEAM_VIEWER] = "viewer",
	[TEAM_EDITOR] = "editor",
	[TEAM_ADMIN] = "admin",
};

const char *
team_role_name(enum team_role role)
{
	return role_names[role];
}

enum team_role
team_role_from_name(const char *name)
{
	enum team_role role;

	for (role = TEAM_VIEWER; role <= TEAM_ADMIN; role++) {
		if (text_equal(name, role_names[role]))
			return role;
	}
	return TEAM_NONE;
}

static enum err
insert_organisation(struct txn *t, const char *id)
{
	struct query q;

	query_start(&q, t, STATEMENT_ORGANISATION_INSERT);
	query_text(&q, ":id", id);
	query_text(&q, ":name", "Default Org");
	query_integer(&q, ":now", txn_now(t));
	return query_run(&q);
}

static enum err
insert_team(struct txn *t, const struct tenancy *home)
{
	struct query q;

	query_start(&q, t, STATEMENT_TEAM_INSERT);
	query_text(&q, ":id", home->team_id);
	query_text(&q, ":organisation_id", home->organisation_id);
	query_text(&q, ":name", "Default Team");
	query_integer(&q, ":now", txn_now(t));
	return query_run(&q);
}

static enum err
insert_project(struct txn *t, const struct project *p)
{
	struct query q;

	query_start(&q, t, STATEMENT_PROJECT_INSERT);
	query_text(&q, ":id", p->id);
	query_text(&q, ":team_id", p->team_id);
	query_text(&q, ":name", p->name);
	query_text(&q, ":slug", p->slug);
	query_integer(&q, ":now", txn_now(t));
	return query_run(&q);
}

enum err
project_create_tenancy(struct txn *t, struct tenancy *out)
{
	struct tenancy home = {
		.organisation_id = txn_new_id(t),
		.team_id = txn_new_id(t),
		.project_id = txn_new_id(t),
	};
	struct project first = {
		.id = home.project_id,
		.team_id = home.team_id,
		.name = "Prompts",
		.slug = "prompts",
	};
	enum err err;

	if ((err = insert_organisation(t, home.organisation_id)) != ERR_NONE ||
	    (err = insert_team(t, &home)) != ERR_NONE ||
	    (err = insert_project(t, &first)) != ERR_NONE)
		return err;
	*out = home;
	return ERR_NONE;
}

enum err
project_create_home(struct txn *t, const char *user_id)
{
	struct tenancy home;
	enum err err;

	if ((err = project_create_tenancy(t, &home)) != ERR_NONE)
		return err;
	return project_add_member(t, home.team_id, user_id, TEAM_ADMIN);
}

enum err
project_find_installation(struct txn *t, struct tenancy *out)
{
	struct tenancy home = { 0 };
	struct query q;
	enum err err;

	query_start(&q, t, STATEMENT_INSTALLATION_FIND);
	if (query_row(&q)) {
		home.organisation_id = query_take_text(&q);
		home.team_id = query_take_text(&q);
		home.project_id = query_take_text(&q);
	}
	if ((err = query_end(&q)) != ERR_NONE)
		return err;
	if (home.project_id == NULL)
		return txn_fail(t, ERR_PROJECT_UNKNOWN, NULL,
		    "the installation has no project yet");
	*out = home;
	return ERR_NONE;
}

enum err
project_ensure_installation(struct txn *t, struct tenancy *out)
{
	struct tenancy home;
	struct query q;
	enum err err;

	if ((err = project_find_installation(t, out)) != ERR_PROJECT_UNKNOWN)
		return err;
	if ((err = project_create_tenancy(t, &home)) != ERR_NONE)
		return err;
	query_start(&q, t, STATEMENT_INSTALLATION_SET);
	query_text(&q, ":organisation_id", home.organisation_id);
	query_text(&q, ":team_id", home.team_id);
	query_text(&q, ":project_id", home.project_id);
	if ((err = query_run(&q)) != ERR_NONE)
		return err;
	*out = home;
	return ERR_NONE;
}

enum err
project_add_member(struct txn *t, const char *team_id, const char *user_id,
    enum team_role role)
{
	struct query q;

	query_start(&q, t, STATEMENT_MEMBERSHIP_INSERT);
	query_text(&q, ":team_id", team_id);
	query_text(&q, ":user_id", user_id);
	query_text(&q, ":role", team_role_name(role));
	query_integer(&q, ":now", txn_now(t));
	return query_run(&q);
}

enum err
project_remove_member(struct txn *t, const char *team_id, const char *user_id)
{
	struct query q;

	query_start(&q, t, STATEMENT_MEMBERSHIP_DELETE);
	query_text(&q, ":team_id", team_id);
	query_text(&q, ":user_id", user_id);
	return query_run(&q);
}

enum err
project_ensure_home(struct txn *t, const char *user_id)
{
	struct query q;
	bool has_team;
	enum err err;

	query_start(&q, t, STATEMENT_MEMBERSHIP_FIND_OF_USER);
	query_text(&q, ":user_id", user_id);
	has_team = query_row(&q);
	if ((err = query_end(&q)) != ERR_NONE || has_team)
		return err;
	return project_create_home(t, user_id);
}

enum err
project_first_of_user(struct txn *t, const char *user_id, const char **out)
{
	const char *id = NULL;
	struct query q;
	enum err err;

	query_start(&q, t, STATEMENT_PROJECT_FIRST_OF_USER);
	query_text(&q, ":user_id", user_id);
	if (query_row(&q))
		id = query_take_text(&q);
	if ((err = query_end(&q)) != ERR_NONE)
		return err;
	if (id == NULL)
		return txn_fail(t, ERR_PROJECT_UNKNOWN, NULL, NULL);
	*out = id;
	return ERR_NONE;
}

enum err
team_role_take(struct query *q, enum team_role *out)
{
	enum team_role role = TEAM_NONE;
	enum err err;

	if (query_row(q))
		role = team_role_from_name(query_take_text(q));
	if ((err = query_end(q)) != ERR_NONE)
		return err;
	*out = role;
	return ERR_NONE;
}

enum err
organisation_role(struct txn *t, const char *organisation_id,
    const char *user_id, enum team_role *out)
{
	struct query q;

	query_start(&q, t, STATEMENT_MEMBERSHIP_ROLE_IN_ORGANISATION);
	query_text(&q, ":organisation_id", organisation_id);
	query_text(&q, ":user_id", user_id);
	return team_role_take(&q, out);
}

enum err
team_has_members(struct txn *t, const char *team_id, bool *out)
{
	struct query q;
	bool has;
	enum err err;

	query_start(&q, t, STATEMENT_TEAM_HAS_MEMBERS);
	query_text(&q, ":team_id", team_id);
	has = query_row(&q);
	if ((err = query_end(&q)) != ERR_NONE)
		return err;
	*out = has;
	return ERR_NONE;
}

void
team_take(struct query *q, struct team *out)
{
	out->id = query_take_text(q);
	out->organisation_id = query_take_text(q);
	out->name = query_take_text(q);
	out->created_at = query_take_integer(q);
}

enum err
team_find(struct txn *t, const char *id, struct team *out)
{
	struct team team = { 0 };
	struct query q;
	bool found;
	enum err err;

	query_start(&q, t, STATEMENT_TEAM_FIND);
	query_text(&q, ":id", id);
	if ((found = query_row(&q)))
		team_take(&q, &team);
	if ((err = query_end_found(&q, found, ERR_TEAM_UNKNOWN, "id")) ==
	    ERR_NONE)
		*out = team;
	return err;
}

void
project_take(struct query *q, struct project *out)
{
	out->id = query_take_text(q);
	out->team_id = query_take_text(q);
	out->name = query_take_text(q);
	out->slug = query_take_text(q);
	out->created_at = query_take_integer(q);
}

enum err
project_find(struct txn *t, const char *id, struct project *out)
{
	struct project p = { 0 };
	struct query q;
	bool found;
	enum err err;

	query_start(&q, t, STATEMENT_PROJECT_FIND);
	query_text(&q, ":id", id);
	if ((found = query_row(&q)))
		project_take(&q, &p);
	if ((err = query_end_found(&q, found, ERR_PROJECT_UNKNOWN, "id")) ==
	    ERR_NONE)
		*out = p;
	return err;
}

enum err
project_create(struct txn *t, const struct project *first, struct project *out)
{
	struct project p = *first;
	enum err err;

	p.id = txn_new_id(t);
	p.created_at = txn_now(t);
	if ((err = insert_project(t, &p)) != ERR_NONE)
		return err;
	*out = p;
	return ERR_NONE;
}

enum err
project_update(struct txn *t, const char *id, const char *name,
    const char *slug, struct project *out)
{
	struct query q;
	enum err err;

	query_start(&q, t, STATEMENT_PROJECT_UPDATE);
	query_text(&q, ":id", id);
	query_text(&q, ":name", name);
	query_text(&q, ":slug", slug);
	if ((err = query_run(&q)) != ERR_NONE)
		return err;
	return project_find(t, id, out);
}

enum err
project_delete(struct txn *t, const char *id)
{
	struct tenancy own;
	struct query q;
	enum err err = project_find_installation(t, &own);

	if (err == ERR_NONE && text_equal(id, own.project_id))
		return txn_fail(t, ERR_ROLE_TOO_LOW, NULL,
		    "the installation's own project stays");
	if (err != ERR_NONE && err != ERR_PROJECT_UNKNOWN)
		return err;
	query_start(&q, t, STATEMENT_PROJECT_DELETE);
	query_text(&q, ":id", id);
	return query_run(&q);
}

enum err
team_set_role(struct txn *t, const char *team_id, const char *user_id,
    enum team_role role)
{
	enum team_role old;
	struct query q;
	enum err err;

	query_start(&q, t, STATEMENT_MEMBERSHIP_FIND);
	query_text(&q, ":team_id", team_id);
	query_text(&q, ":user_id", user_id);
	if ((err = team_role_take(&q, &old)) != ERR_NONE)
		return err;
	if (old == TEAM_NONE)
		return txn_fail(t, ERR_MEMBER_UNKNOWN, NULL, NULL);
	query_start(&q, t, STATEMENT_MEMBERSHIP_SET_ROLE);
	query_text(&q, ":team_id", team_id);
	query_text(&q, ":user_id", user_id);
	query_text(&q, ":role", team_role_name(role));
	return query_run(&q);
}

enum err
organisation_find_admin(struct txn *t, const char *organisation_id,
    const char *user_id, const char **out)
{
	const char *id = NULL;
	struct query q;
	enum err err;

	query_start(&q, t, STATEMENT_ORGANISATION_FIND_ADMIN);
	query_text(&q, ":organisation_id", organisation_id);
	query_text(&q, ":user_id", user_id);
	if (query_row(&q))
		id = query_take_text(&q);
	if ((err = query_end(&q)) != ERR_NONE)
		return err;
	if (id == NULL)
		return txn_fail(t, ERR_USER_UNKNOWN, NULL, NULL);
	*out = id;
	return ERR_NONE;
}
