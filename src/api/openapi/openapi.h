/* SPDX-License-Identifier: MIT */
/*
 * openapi: the OpenAPI 3.1 document of all families, made from their route
 * and field tables.
 *
 * What the tables do not know, the shapes of the answers above all, stands in
 * one file for each family beside this one, <family>.json, in which
 * operations are found by their routes' names:
 *
 *	"description"  of the family
 *	"types"        media types of its answers, if not application/json alone
 *	"request"      media type of its bodies, if not application/json
 *	"failure"      the content of its failures
 *	"parameters"   of its paths, by name: what they are
 *	"operations"   by name:
 *	    "description"  what its name does not say
 *	    "parameters"   of its query that no table reads
 *	    "fields"       members of query or body, by name: more of their
 *	                   schemas than the tables know
 *	    "required"     members that the handler, not the table, asks for
 *	    "body"         the content of a body that has no table
 *	    "answers"      by status: the name of a schema; null for an empty
 *	                   body; or the content
 *	    "headers"      what successful answers carry
 *	    "failures"     statuses that do not follow from the tables
 *	    "security"     where it does not follow from the tables
 *	"schemas"      components
 */
#ifndef API_OPENAPI_H
#define API_OPENAPI_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

/* Append the document to out.  root comes before every path: the public URL,
 * or "".  ERR_INTERNAL, with a log line naming it, when an operation is not
 * described, or something is described that is not there. */
enum err openapi_write(struct arena *a, const char *root, struct buf *out);

#endif
