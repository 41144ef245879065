/* SPDX-License-Identifier: MIT */
/*
 * dispatch: carries one request through its stations, in the order that
 * design and contracts fix: route, caller, body, transaction, reply.
 */
#ifndef API_DISPATCH_H
#define API_DISPATCH_H

#include "api/call.h"

/*
 * Answer one request.  env ("NAME=value", ended by NULL) and what read gives
 * are the client's and hostile.  The answer, good or bad, is in reply when
 * this returns (of a long one, the last piece: the others have left through
 * what was attached to it); every change it tells of is durable by then.  One line is
 * logged.  The arena and templates are the worker's; the arena is used and
 * not reset.  *head_only tells whether the
 * body must stay unsent.
 */
void dispatch(const struct site *site, struct template_cache *templates,
    struct arena *arena, const char *const *env, call_read_fn *read,
    void *source, struct response *reply, bool *head_only);

#endif
