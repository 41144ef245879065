/* SPDX-License-Identifier: MIT */
/*
 * signer: keeps the signature of the audit log's head, inside the transaction
 * of each group.
 *
 * It signs a longer log only where the signature of the shorter one was good:
 * somebody without the key who changes the database leaves a signature that
 * does not fit, and no later write of ours heals it.  A log that was never
 * signed is not signed by itself either, unless it is empty; `promptledger
 * audit sign` begins.  docs/AUDIT.md gives the reasons.
 *
 * Private to src/store; used by the leader only.
 */
#ifndef STORE_SIGNER_H
#define STORE_SIGNER_H

#include "base/seal.h"
#include "store/connection.h"

struct signer {
	bool has_key;
	unsigned char key[SEAL_KEY_BYTES];
	/* Of the group that runs. */
	int64_t seq; /* of the head when it began */
	bool may_sign;
	bool told; /* that the signature does not fit */
};

/* After BEGIN.  ERR_READ_ONLY when the log is signed and there is no key: a
 * write would leave it unsigned, which looks like tampering. */
enum err signer_begin(
    struct signer *s, struct connection *c, struct failure *f);

/* Before COMMIT: renew the signature if the log has grown. */
enum err signer_end(struct signer *s, struct connection *c, struct failure *f);

/* Where the log stands. */
enum err signer_read_head(
    struct connection *c, struct seal_head *out, struct failure *f);

#endif
