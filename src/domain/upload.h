/* SPDX-License-Identifier: MIT */
/*
 * upload: permissions to upload one recording, each good for one prompt.
 *
 * A request is made, receives audio through a signed link (again and again if
 * need be: the last one counts), and is consumed by the prompt that takes the
 * audio over.  It remembers which prompt that was and what was asked for then,
 * so that a repeated call can be told from a second use.
 */
#ifndef DOMAIN_UPLOAD_H
#define DOMAIN_UPLOAD_H

#include "domain/asset.h"
#include "store/txn.h"

#include <stdbool.h>
#include <stdint.h>

#define UPLOAD_KEY_BYTES 32
#define UPLOAD_DIGEST_BYTES 32
#define UPLOAD_SIGNATURE_SIZE 65

struct upload {
	const char *id;
	const char *user_id;     /* who asked for it */
	unsigned allowed;        /* bits of audio_type */
	const char *asset_id;    /* NULL: nothing uploaded yet */
	const char *consumed_by; /* prompt id, or NULL */
	unsigned char consumed_digest[UPLOAD_DIGEST_BYTES];
	int64_t link_expires_at; /* UTC ms */
};

/* Make a request for the user: 15 minutes to upload, a day to be consumed. */
enum err upload_create(
    struct txn *t, const char *user_id, unsigned allowed, struct upload *out);

/* ERR_UPLOAD_UNKNOWN when there is none, or its time is over. */
enum err upload_find(struct txn *t, const char *id, struct upload *out);

/* Give the request (just found in this transaction) its audio, instead of
 * what it had.  ERR_UPLOAD_CONSUMED. */
enum err upload_attach(
    struct txn *t, const struct upload *u, const struct asset *asset);

/* Mark the request as used up.  ERR_UPLOAD_CONSUMED. */
enum err upload_consume(struct txn *t, const struct upload *u,
    const char *prompt_id, const unsigned char digest[UPLOAD_DIGEST_BYTES]);

/* May its link still bring something?  With a minute's grace, for what is on
 * its way. */
enum err upload_is_open(struct txn *t, const char *id, bool *out);

/* Was the request consumed by a call with this digest? */
bool upload_was_consumed_by(
    const struct upload *u, const unsigned char digest[UPLOAD_DIGEST_BYTES]);

/* The signature of an upload link: hexadecimal HMAC-SHA256 over "upload", the
 * id and the time (seconds since 1970) after which the link is void. */
void upload_sign(const unsigned char key[UPLOAD_KEY_BYTES], const char *id,
    int64_t expires_s, char out[UPLOAD_SIGNATURE_SIZE]);

/* Does the signature fit?  Takes as long for a wrong one as for the right
 * one; does not look at the time. */
bool upload_signature_fits(const unsigned char key[UPLOAD_KEY_BYTES],
    const char *id, int64_t expires_s, const char *signature);

#endif
