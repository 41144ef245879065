/* SPDX-License-Identifier: MIT */
/*
 * key_use: remembers in memory which API keys were used, until somebody has
 * time to write it down.
 *
 * A request only notes the use, which costs it no write and no waiting; the
 * service's upkeep writes what was noted, all keys in one transaction.  What
 * does not fit, or is lost with the process, is noted again by the key's next
 * use: the time is a help for people, no more.
 */
#ifndef DOMAIN_KEY_USE_H
#define DOMAIN_KEY_USE_H

#include "domain/token.h"
#include "store/store.h"

#include <stdbool.h>
#include <stdint.h>

struct key_uses;

/* NULL when there is no memory. */
struct key_uses *key_uses_new(void);
void key_uses_free(struct key_uses *u); /* NULL is fine */

/* Note the use of a key, or of an access token of it, unless what is stored is less than a minute old.
 * Sessions and JWTs are not noted.  Any thread may call. */
void key_uses_note(
    struct key_uses *u, const struct caller *who, int64_t now_ms);

bool key_uses_is_empty(struct key_uses *u);

/* Write what was noted.  Waits for its turn among writers; one thread calls.
 * ERR_NONE when there is nothing to write. */
enum err key_uses_write(struct key_uses *u, struct store *s);

#endif
