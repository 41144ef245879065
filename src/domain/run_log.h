/* SPDX-License-Identifier: MIT */
/*
 * run_log: PromptCrafter's logs: what a model answered to a prompt.
 *
 * A log never changes.  It belongs to the owner of its prompt, and goes with
 * the prompt.
 */
#ifndef DOMAIN_RUN_LOG_H
#define DOMAIN_RUN_LOG_H

#include "base/given.h"
#include "store/query.h"
#include "store/txn.h"

#include <stdint.h>

/* Text lives in the call's arena. */
struct run_log {
	const char *id;
	const char *prompt_id;
	const char *owner_id; /* the prompt's */
	const char *output;
	const char *model_used;
	const char *notes; /* NULL: none */
	struct given_integer score;
	int64_t created_at; /* UTC ms */
};

/* ERR_LOG_UNKNOWN when there is none. */
enum err run_log_find(struct txn *t, const char *id, struct run_log *out);

/* Read the row that a query of the log columns, in the order of struct
 * run_log, stands on. */
void run_log_take(struct query *q, struct run_log *out);

/* Create a log from what `first` holds (id, owner and time are set here), of
 * a prompt just found in this transaction. */
enum err run_log_create(
    struct txn *t, const struct run_log *first, struct run_log *out);

/* ERR_LOG_UNKNOWN when there is none. */
enum err run_log_delete(struct txn *t, const char *id);

#endif
