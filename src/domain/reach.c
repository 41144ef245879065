/* SPDX-License-Identifier: MIT */
#include "domain/reach.h"

#include "store/query.h"

enum err
reach_team(struct txn *t, const char *token_id, const char *team_id,
    enum team_role *out)
{
	struct query q;

	query_start(&q, t, STATEMENT_REACH_TEAM);
	query_text(&q, ":token_id", token_id);
	query_text(&q, ":team_id", team_id);
	return team_role_take(&q, out);
}

/*
 * First the team, then the role in it.  As one statement, a join with the view,
 * SQLite finds every team of the token, one by one, before it looks for the one
 * that is asked for; a team that is known leads straight to its row.
 */
static enum err
find_role(struct txn *t, const char *token_id, enum statement name,
    const char *id, enum team_role *out)
{
	const char *team_id = NULL;
	struct query q;
	enum err err;

	query_start(&q, t, name);
	query_text(&q, ":id", id);
	if (query_row(&q))
		team_id = query_take_text(&q);
	if ((err = query_end(&q)) != ERR_NONE)
		return err;
	if (team_id == NULL) {
		*out = TEAM_NONE;
		return ERR_NONE;
	}
	return reach_team(t, token_id, team_id, out);
}

enum err
reach_project(struct txn *t, const char *token_id, const char *project_id,
    enum team_role *out)
{
	return find_role(
	    t, token_id, STATEMENT_REACH_PROJECT_TEAM, project_id, out);
}

enum err
reach_prompt(struct txn *t, const char *token_id, const char *prompt_id,
    enum team_role *out)
{
	return find_role(
	    t, token_id, STATEMENT_REACH_PROMPT_TEAM, prompt_id, out);
}
