/* SPDX-License-Identifier: MIT */
/*
 * user: the people who may sign in.
 *
 * A user's role is the operators' (admin, editor, viewer), or `member` for
 * everybody who registered openly: an own organisation, and nothing else.
 */
#ifndef DOMAIN_USER_H
#define DOMAIN_USER_H

#include "store/query.h"
#include "store/txn.h"

#include <stdbool.h>
#include <stdint.h>

/* Text lives in the call's arena. */
struct user {
	const char *id;
	const char *email;
	const char *name;
	const char *password_hash; /* NULL: cannot log in by password */
	const char *role;          /* admin, editor, viewer, member */
	bool is_admin;             /* of the own organisation (px0) */
	bool is_verified;
	int64_t created_at;
};

/* What a new user brings; password_hash comes from user_hash_password. */
struct user_new {
	const char *email;
	const char *name;
	const char *password_hash;
	const char *role;
	bool is_admin;
};

#define USER_HASH_SIZE 128

/* argon2id, 19 MiB, t=2.  Slow on purpose (some 13 ms): call it outside of
 * transactions.  ERR_INTERNAL when there is no memory for it. */
enum err user_hash_password(
    const char *password, char out[USER_HASH_SIZE], struct failure *f);

/* Does password fit the hash?  With hash NULL (no such user) as much time is
 * spent, and the answer is no. */
bool user_password_fits(const char *hash, const char *password);

/* ERR_USER_UNKNOWN when there is none. */
enum err user_find(struct txn *t, const char *id, struct user *out);
enum err user_find_by_email(struct txn *t, const char *email, struct user *out);

/* Go through all users by their addresses, those who were deleted left out:
 *
 *	user_list(&q, t);
 *	while (user_next(&q, &user))
 *		…
 *	err = query_end(&q); */
void user_list(struct query *q, struct txn *t);
bool user_next(struct query *q, struct user *out);

/* ERR_EMAIL_TAKEN when another user has the address in any case.  Does not
 * give the user a team: see project_create_tenancy. */
enum err user_create(
    struct txn *t, const struct user_new *user, struct user *out);

/* Change what a user is known by.  ERR_EMAIL_TAKEN as above. */
enum err user_set_email(struct txn *t, const char *id, const char *email);
enum err user_set_password(
    struct txn *t, const char *id, const char *password_hash);

/* ERR_LAST_ADMIN when nobody else has the role admin. */
enum err user_find_other_admin(struct txn *t, const char *id);

/* Write down the role, and is_admin as his memberships have it.  What else a
 * role brings: see role_change. */
enum err user_set_role(struct txn *t, const char *id, const char *role);

/*
 * Delete a user, with his sessions and memberships.
 *
 * An organisation in which nobody else is goes with all that it holds, as
 * nobody could reach it any more; the installation's own stays.  What he made
 * where others are stays theirs: a team that he alone administered is led by
 * its member of the highest role, among equals of the longest standing; the
 * organisation's keys that he made name another of its admins.  While prompts,
 * versions or comments still name him his row stays, without address, name or
 * password.
 */
enum err user_delete(struct txn *t, const char *id);

#endif
