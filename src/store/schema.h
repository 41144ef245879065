/* SPDX-License-Identifier: MIT */
/*
 * schema: brings a database to the version this program knows.
 *
 * Version 1 is sql/schema.sql; every later one is a file
 * sql/migrations/NNNN-what.sql.  PRAGMA user_version says where a database
 * stands.  Triggers hold no data and so need no history: sql/triggers are
 * those of the newest version, and an upgrade, which is one transaction, drops
 * what triggers there are, runs the migrations without any, and makes all
 * triggers anew.  Who changes a trigger adds a migration, be it an empty one.
 * Private to src/store.
 */
#ifndef STORE_SCHEMA_H
#define STORE_SCHEMA_H

#include "base/err.h"
#include "store/connection.h"

/* Is the database at the version that this program knows?  A newer one is
 * refused (ERR_IO). */
enum err schema_is_current(struct connection *c, bool *out, struct failure *f);

/* Apply what is missing.  The caller holds the writers' lock.  A database of
 * a newer program is refused (ERR_IO), untouched. */
enum err schema_upgrade(struct connection *c, struct failure *f);

#endif
