/* SPDX-License-Identifier: MIT */
/*
 * doc: writes a JSON answer member by member into a buf.
 *
 * Commas are doc's business.  Inside an object every call takes the member's
 * name, inside an array (and at the top) the name is NULL.  Text must be
 * UTF-8; it is escaped as RFC 8259 asks and no further.  A NULL text or json
 * is written as null.  Failures stay in the buf.
 */
#ifndef WIRE_DOC_H
#define WIRE_DOC_H

#include "base/buf.h"

#include <stdbool.h>
#include <stdint.h>

struct doc {
	struct buf *out;
	bool comma; /* the next value needs one before it */
};

void doc_init(struct doc *d, struct buf *out);

void doc_object(struct doc *d, const char *name);
void doc_object_end(struct doc *d);
void doc_array(struct doc *d, const char *name);
void doc_array_end(struct doc *d);

void doc_text(struct doc *d, const char *name, const char *text);
void doc_integer(struct doc *d, const char *name, int64_t value);
void doc_boolean(struct doc *d, const char *name, bool value);
void doc_null(struct doc *d, const char *name);

/* A value that is JSON text already. */
void doc_json(struct doc *d, const char *name, const char *json);

#endif
