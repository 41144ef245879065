/* SPDX-License-Identifier: MIT */
/*
 * role: what a user's role makes of him: the operators (admin, editor,
 * viewer) belong to the installation's team with the same role, a member has
 * an organisation of his own.
 */
#ifndef DOMAIN_ROLE_H
#define DOMAIN_ROLE_H

#include "domain/user.h"
#include "store/txn.h"

#include <stdbool.h>

/* Is this admin, editor, viewer or member? */
bool role_is_known(const char *name);

/* Give a user who was just created the place that his role asks for. */
enum err role_settle(struct txn *t, const struct user *user);

/*
 * Give the user another role, and the place that it asks for.  An operator
 * who becomes a member leaves the installation's team, and gets an
 * organisation of his own when he is in no other team; whatever he made stays
 * where it is, keys of the installation's organisation too.
 *
 * ERR_LAST_ADMIN when he is the only admin and would be none any more.  The
 * role that he has is no change, but puts an operator back to his place.
 */
enum err role_change(
    struct txn *t, const struct user *user, const char *role, struct user *out);

#endif
