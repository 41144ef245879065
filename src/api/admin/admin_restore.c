/* SPDX-License-Identifier: MIT */
#include "api/admin/admin.h"

#include "domain/restore.h"

enum err
admin_prompt_restore(struct call *c, struct txn *t)
{
	struct prompt p;
	enum err err;

	if ((err = admin_check_id(c)) != ERR_NONE ||
	    (err = restore_prompt(t, call_param(c, 0), &p)) != ERR_NONE)
		return err;
	return admin_reply_prompt(c, t, 200, &p);
}
