/* SPDX-License-Identifier: MIT */
/*
 * restore: brings a deleted prompt back from the audit log, which keeps every
 * deleted row whole.
 */
#ifndef DOMAIN_RESTORE_H
#define DOMAIN_RESTORE_H

#include "domain/prompt.h"

/*
 * Insert what the prompt's last deletion deleted: the prompt, its versions
 * and their tags, payloads, comments, run logs, flows and foreign ids (those
 * that no other prompt has got meanwhile), byte for byte; only the prompt's revision is one higher than it was, so that no entity tag of
 * before means what there is now.  A slug that was taken meanwhile is made
 * anew.  The audit log tells of each row as RESTORE.
 *
 * ERR_PROMPT_UNKNOWN when nothing was ever deleted under this id,
 * ERR_PROMPT_EXISTS when it is not deleted, ERR_NAME_TAKEN for a voice
 * prompt's name, ERR_ACTIVE_CONFLICT when another prompt is active in its
 * place, and ERR_PROJECT_UNKNOWN, ERR_USER_UNKNOWN or ERR_ASSET_UNKNOWN when
 * something that its rows refer to is gone.
 */
enum err restore_prompt(struct txn *t, const char *id, struct prompt *out);

#endif
