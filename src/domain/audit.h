/* SPDX-License-Identifier: MIT */
/*
 * audit: reads the audit log, which the triggers write, and tells whether it
 * is whole.
 */
#ifndef DOMAIN_AUDIT_H
#define DOMAIN_AUDIT_H

#include "store/txn.h"

#include <stdint.h>

/* How a walk over the chain ended. */
struct audit_report {
	int64_t rows;       /* that hold, counted from the first */
	int64_t broken_seq; /* the first row that does not; 0: all hold */
	const char *reason; /* why; NULL when all hold */
	char head[65];      /* the last good row's hash, hexadecimal */
};

/* Walk the chain from its first row.  Finds every changed, removed, added or
 * reordered row; a truncated end shows only against a head kept elsewhere. */
enum err audit_verify(struct txn *t, struct audit_report *out);

#endif
