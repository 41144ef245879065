/* SPDX-License-Identifier: MIT */
#include "domain/subject.h"

#include "store/query.h"

enum err
subject_find_caller(
    struct txn *t, const char *issuer, const char *subject, struct caller *out)
{
	struct query q;

	query_start(&q, t, STATEMENT_SUBJECT_FIND_CALLER);
	query_text(&q, ":issuer", issuer);
	query_text(&q, ":subject", subject);
	return token_take_caller(&q, out);
}

enum err
subject_link(
    struct txn *t, const char *issuer, const char *subject, const char *user_id)
{
	struct query q;

	query_start(&q, t, STATEMENT_SUBJECT_INSERT);
	query_text(&q, ":id", txn_new_id(t));
	query_text(&q, ":issuer", issuer);
	query_text(&q, ":subject", subject);
	query_text(&q, ":user_id", user_id);
	query_integer(&q, ":now", txn_now(t));
	return query_run(&q);
}
