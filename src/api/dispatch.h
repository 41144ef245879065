/* SPDX-License-Identifier: MIT */
/*
 * dispatch: carries one request through its stations, in the order that
 * design and contracts fix: route, caller, body, transaction, reply.
 */
#ifndef API_DISPATCH_H
#define API_DISPATCH_H

#include "api/call.h"

/*
 * Answer one request.  The caller has filled c's site, arena, templates, read,
 * resume, source and reply; env ("NAME=value", ended by NULL) and what read
 * gives are the client's and hostile.
 *
 * True: the answer, good or bad, is in the reply (of a long one, the last
 * piece: the others have left through what was attached to it), and every
 * change it tells of is durable.
 *
 * False: the call is parked; its write is on its way to the disk.  It may not
 * be touched before resume(source) has been called, once, in whatever thread
 * and perhaps before dispatch has returned.  Then dispatch_resume completes
 * the answer.
 *
 * One line is logged for the answer.  The arena is used and not reset; c lies
 * in it.
 */
bool dispatch(struct call *c, const char *const *env);

/*
 * The same while the store cannot be opened (c->closed says why, the site has
 * only its settings).  False: what is asked needs the store, and nothing was
 * answered.
 */
bool dispatch_closed(struct call *c, const char *const *env);

/* See dispatch. */
void dispatch_resume(struct call *c);

#endif
