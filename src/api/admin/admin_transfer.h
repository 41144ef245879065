/* SPDX-License-Identifier: MIT */
/*
 * admin_transfer: prompts as this family writes and reads them in files, for
 * its own routes and for the command line.
 */
#ifndef API_ADMIN_ADMIN_TRANSFER_H
#define API_ADMIN_ADMIN_TRANSFER_H

#include "base/buf.h"
#include "store/txn.h"
#include "wire/field.h"

#include <stdbool.h>

enum admin_format {
	ADMIN_JSON, /* {"data":[…]}, everything */
	ADMIN_CSV,  /* without fewShot, context and commentsCount */
};

/* Called after each prompt: may take what is in the buf out of it.  False
 * ends the export. */
typedef bool admin_export_step(void *arg);

/* Write all prompts into out.  Memory does not grow with their number as long
 * as step empties out. */
enum err admin_export(struct txn *t, enum admin_format format, struct buf *out,
    admin_export_step *step, void *arg);

/* The table that reads one item into a struct prompt_patch.  What an export
 * wrote (it has an id and a time of creation) is taken as it is: other
 * families' prompts have no section, and need not keep to this one's limits;
 * null is null there and no default. */
const struct field_table *admin_choose_item(const struct body *item);

#endif
