/* SPDX-License-Identifier: MIT */
/*
 * signed_link: signatures of links that open one thing for some time to
 * whoever holds them, without a token.
 */
#ifndef DOMAIN_SIGNED_LINK_H
#define DOMAIN_SIGNED_LINK_H

#include <stdbool.h>
#include <stdint.h>

#define SIGNED_LINK_KEY_BYTES 32
#define SIGNED_LINK_SIZE 65 /* 64 hexadecimal digits and NUL */

/* What a link is good for.  The purpose is signed with the rest, so the
 * signature of one purpose is void for any other. */
struct signed_link {
	const char *purpose; /* "upload", "download"; no line feed */
	const char *id;      /* of what it opens */
	int64_t expires_s;   /* void from then on, seconds since 1970 */
};

/* The signature: hexadecimal HMAC-SHA256 over purpose, id and time, each in a
 * line of its own. */
void signed_link_make(const unsigned char key[SIGNED_LINK_KEY_BYTES],
    const struct signed_link *link, char out[SIGNED_LINK_SIZE]);

/* Does the signature fit?  Takes as long for a wrong one as for the right
 * one; does not look at the time. */
bool signed_link_fits(const unsigned char key[SIGNED_LINK_KEY_BYTES],
    const struct signed_link *link, const char *signature);

#endif
