/* SPDX-License-Identifier: MIT */
/*
 * flow: which telephone flows use a voice prompt.
 *
 * promptledger runs no flows; whoever does tells it what they use.
 */
#ifndef DOMAIN_FLOW_H
#define DOMAIN_FLOW_H

#include "store/query.h"
#include "store/txn.h"

#include <stdbool.h>
#include <stdint.h>

struct flow {
	const char *prompt_id;
	const char *flow_id;
	const char *published; /* JSON object: the published version */
	const char *draft;     /* JSON object, or NULL */
	int64_t created_at;    /* UTC ms */
};

/* ERR_FLOW_UNKNOWN when the prompt is not used by it. */
enum err flow_find(struct txn *t, const char *prompt_id, const char *flow_id,
    struct flow *out);

enum err flow_count(struct txn *t, const char *prompt_id, int64_t *out);

/* Go through a part of a prompt's flows, by their ids:
 *
 *	flow_list(&q, t, prompt_id, limit, offset);
 *	while (flow_next(&q, &f))
 *		…
 *	err = query_end(&q);
 */
void flow_list(struct query *q, struct txn *t, const char *prompt_id,
    int64_t limit, int64_t offset);
bool flow_next(struct query *q, struct flow *out);

/* Store a flow that is not there yet (created_at is set here), or let `old`,
 * just found in this transaction, say what f says; nothing is written when it
 * does already. */
enum err flow_create(struct txn *t, const struct flow *f, struct flow *out);
enum err flow_update(struct txn *t, const struct flow *old,
    const struct flow *f, struct flow *out);

/* ERR_FLOW_UNKNOWN as above. */
enum err flow_delete(struct txn *t, const char *prompt_id, const char *flow_id);

/* How many flows use a prompt. */
struct flow_usage {
	const char *prompt_id;
	int64_t count;
};

/* Go through the usage of the voice prompts that a JSON array of ids names,
 * in its order and each once; as flow_list. */
void flow_list_usage(struct query *q, struct txn *t, const char *ids);
bool flow_next_usage(struct query *q, struct flow_usage *out);

#endif
