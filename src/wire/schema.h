/* SPDX-License-Identifier: MIT */
/*
 * schema: the part of JSON Schema that a prompt's schema may be written in:
 * type, required, properties, items, enum, minLength, maxLength, minimum,
 * maximum and additionalProperties.
 */
#ifndef WIRE_SCHEMA_H
#define WIRE_SCHEMA_H

#include "base/arena.h"

#include <stdbool.h>
#include <stddef.h>

/* Is json (scanned before) a schema of just these keywords, each with a value
 * that it can have?  If not, *why says what is wrong, in the arena. */
bool schema_is_known(
    const char *json, size_t len, struct arena *a, const char **why);

#endif
