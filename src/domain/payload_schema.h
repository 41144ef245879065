/* SPDX-License-Identifier: MIT */
/*
 * payload_schema: what a prompt asks of the variables that it is rendered
 * with: a small part of JSON Schema.
 *
 * The keywords are type, required, properties, items, enum, minLength,
 * maxLength, minimum, maximum and additionalProperties.
 */
#ifndef DOMAIN_PAYLOAD_SCHEMA_H
#define DOMAIN_PAYLOAD_SCHEMA_H

#include "base/arena.h"
#include "domain/template.h"

/* NULL when the schema can be enforced, else what stands against it, as
 * "<path>: <what>": an unknown keyword, or a known one of the wrong form. */
const char *schema_refuse(const struct value *schema, struct arena *a);

/* NULL when v is as schema (which schema_refuse let pass) says; else the
 * first fault, as "<path>: <what>".  The path of the whole is "variables". */
const char *schema_check(
    const struct value *schema, const struct value *v, struct arena *a);

#endif
