/* SPDX-License-Identifier: MIT */
/*
 * recorder: the SQL functions with which the triggers of sql/triggers write
 * the audit log.  Private to src/store.
 */
#ifndef STORE_RECORDER_H
#define STORE_RECORDER_H

#include <sqlite3.h>
#include <stdint.h>

/* Who is acting, for the audit triggers.  actor_id NULL: nobody is, and the
 * triggers refuse every write. */
struct recorder {
	const char *actor_id;
	const char *actor_kind;
	const char *token_id; /* NULL when no token was used */
	const char *request_id;
	const char *family;
	const char *action; /* NULL, or a name for the next UPDATE */
	int64_t at_ms;
};

/* Add to a connection:
 *
 *   audit_actor('id' | 'kind' | 'token')
 *   audit_request('id' | 'family' | 'action' | 'at')
 *   audit_row('name', value, ...)       a JSON object of all values
 *   audit_diff('name', old, new, ...)   and one of those that differ, each as
 *                                       {"old":value,"new":value}
 *   sha256(value, ...)                  over the length-prefixed values
 *
 * A name may be followed by how its value is told: 'name json' when it is JSON
 * already, 'name secret' when all that is said is "changed".  SQLite's code;
 * the recorder is read whenever a trigger asks, so it lives as long as db. */
int recorder_add(sqlite3 *db, struct recorder *recorder);

#endif
