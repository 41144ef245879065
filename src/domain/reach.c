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

enum err
reach_project(struct txn *t, const char *token_id, const char *project_id,
    enum team_role *out)
{
	struct query q;

	query_start(&q, t, STATEMENT_REACH_PROJECT);
	query_text(&q, ":token_id", token_id);
	query_text(&q, ":project_id", project_id);
	return team_role_take(&q, out);
}

enum err
reach_prompt(struct txn *t, const char *token_id, const char *prompt_id,
    enum team_role *out)
{
	struct query q;

	query_start(&q, t, STATEMENT_REACH_PROMPT);
	query_text(&q, ":token_id", token_id);
	query_text(&q, ":prompt_id", prompt_id);
	return team_role_take(&q, out);
}
