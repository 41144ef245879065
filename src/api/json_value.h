/* SPDX-License-Identifier: MIT */
/*
 * json_value: JSON arrays and objects as the values that templates and schemas look at.
 */
#ifndef API_JSON_VALUE_H
#define API_JSON_VALUE_H

#include "base/arena.h"
#include "domain/template.h"
#include "wire/body.h"

#include <stdbool.h>

/* Read b, an array or an object, into out, which lives as long as the arena.  False when a number is
 * too large for a double. */
bool json_value_read(const struct body *b, struct arena *a, struct value *out);

#endif
