/* SPDX-License-Identifier: MIT */
/*
 * range: the Range header of a request for one part of a body (RFC 9110, 14).
 */
#ifndef HTTP_RANGE_H
#define HTTP_RANGE_H

#include <stdint.h>

/* A part of a body: len bytes from offset at on. */
struct range {
	int64_t at, len;
};

enum range_kind {
	RANGE_WHOLE, /* answer 200 with everything */
	RANGE_PART,  /* answer 206 with the part */
	RANGE_BEYOND /* answer 416: nothing of it exists */
};

/* What the header `value` (NULL: absent) wants of a body of `size` bytes; out
 * is set for RANGE_PART only.  Numbers past the end are cut, of any length.
 * RANGE_WHOLE for what is no range in bytes, and for several ranges, which a
 * server may answer so (14.2); it keeps requests for thousands of them
 * harmless. */
enum range_kind range_read(const char *value, int64_t size, struct range *out);

#endif
