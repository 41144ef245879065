/* SPDX-License-Identifier: MIT */
#include "domain/upload.h"

#include "base/text.h"
#include "domain/signed_link.h"
#include "store/query.h"

#include <string.h>

#define LINK_MS (INT64_C(15) * 60 * 1000)
#define GRACE_MS (INT64_C(60) * 1000)
#define REQUEST_MS (INT64_C(24) * 60 * 60 * 1000)

_Static_assert(UPLOAD_KEY_BYTES == SIGNED_LINK_KEY_BYTES &&
	UPLOAD_SIGNATURE_SIZE == SIGNED_LINK_SIZE,
    "upload links are signed links");

/* How the column names what is allowed, by the bits. */
static const char *const type_lists[] = {
	[AUDIO_WAV] = "[\"audio/wav\"]",
	[AUDIO_MP3] = "[\"audio/mpeg\"]",
	[AUDIO_WAV | AUDIO_MP3] = "[\"audio/mpeg\",\"audio/wav\"]",
};

static unsigned
read_type_list(const char *list)
{
	unsigned allowed;

	for (allowed = AUDIO_WAV; allowed < AUDIO_WAV + AUDIO_MP3; allowed++) {
		if (text_equal(type_lists[allowed], list))
			break;
	}
	return allowed;
}

enum err
upload_create(
    struct txn *t, const char *user_id, unsigned allowed, struct upload *out)
{
	struct upload u = {
		.id = txn_new_id(t),
		.user_id = user_id,
		.allowed = allowed,
		.link_expires_at = txn_now(t) + LINK_MS,
	};
	struct query q;
	enum err err;

	query_start(&q, t, STATEMENT_UPLOAD_INSERT);
	query_text(&q, ":id", u.id);
	query_text(&q, ":user_id", u.user_id);
	query_text(&q, ":allowed_types", type_lists[allowed]);
	query_integer(&q, ":now", txn_now(t));
	query_integer(&q, ":upload_expires_at", u.link_expires_at);
	query_integer(&q, ":expires_at", txn_now(t) + REQUEST_MS);
	if ((err = query_run(&q)) != ERR_NONE)
		return err;
	*out = u;
	return ERR_NONE;
}

static void
take_upload(struct query *q, struct upload *out)
{
	const unsigned char *digest;
	size_t len;

	out->id = query_take_text(q);
	out->user_id = query_take_text(q);
	out->allowed = read_type_list(query_take_text(q));
	out->asset_id = query_take_text(q);
	out->consumed_by = query_take_text(q);
	digest = query_take_blob(q, &len);
	if (len == sizeof(out->consumed_digest))
		memcpy(out->consumed_digest, digest, len);
	out->link_expires_at = query_take_integer(q);
}

enum err
upload_find(struct txn *t, const char *id, struct upload *out)
{
	struct upload u = { 0 };
	struct query q;
	bool found;
	enum err err;

	query_start(&q, t, STATEMENT_UPLOAD_FIND);
	query_text(&q, ":id", id);
	query_integer(&q, ":now", txn_now(t));
	if ((found = query_row(&q)))
		take_upload(&q, &u);
	if ((err = query_end(&q)) != ERR_NONE)
		return err;
	if (!found)
		return txn_fail(t, ERR_UPLOAD_UNKNOWN, "request_id", NULL);
	*out = u;
	return ERR_NONE;
}

static enum err
set_asset(struct txn *t, const char *upload_id, const char *asset_id)
{
	struct query q;
	enum err err;

	query_start(&q, t, STATEMENT_UPLOAD_ATTACH);
	query_text(&q, ":id", upload_id);
	query_text(&q, ":asset_id", asset_id);
	if ((err = query_run(&q)) != ERR_NONE)
		return err;
	if (query_changes(t) == 0)
		return txn_fail(t, ERR_UPLOAD_CONSUMED, "request_id", NULL);
	return ERR_NONE;
}

enum err
upload_attach(struct txn *t, const struct upload *u, const struct asset *asset)
{
	struct asset present;
	const char *id;
	enum err err;

	if (u->asset_id != NULL) {
		if ((err = asset_find(t, u->asset_id, &present)) != ERR_NONE)
			return err;
		/* An upload that is sent once more changes nothing. */
		if (u->consumed_by == NULL &&
		    memcmp(present.sha256, asset->sha256,
			sizeof(present.sha256)) == 0)
			return ERR_NONE;
	}
	if ((err = asset_create(t, asset, u->user_id, &id)) != ERR_NONE ||
	    (err = set_asset(t, u->id, id)) != ERR_NONE || u->asset_id == NULL)
		return err;
	return asset_delete(t, u->asset_id);
}

enum err
upload_consume(struct txn *t, const struct upload *u, const char *prompt_id,
    const unsigned char digest[UPLOAD_DIGEST_BYTES])
{
	struct query q;
	enum err err;

	query_start(&q, t, STATEMENT_UPLOAD_CONSUME);
	query_text(&q, ":id", u->id);
	query_text(&q, ":prompt_id", prompt_id);
	query_blob(&q, ":digest", digest, UPLOAD_DIGEST_BYTES);
	if ((err = query_run(&q)) != ERR_NONE)
		return err;
	if (query_changes(t) == 0)
		return txn_fail(t, ERR_UPLOAD_CONSUMED, "request_id", NULL);
	return ERR_NONE;
}

enum err
upload_is_open(struct txn *t, const char *id, bool *out)
{
	struct query q;
	bool found;
	enum err err;

	query_start(&q, t, STATEMENT_UPLOAD_FIND_OPEN);
	query_text(&q, ":id", id);
	query_integer(&q, ":since", txn_now(t) - GRACE_MS);
	found = query_row(&q);
	if ((err = query_end(&q)) != ERR_NONE)
		return err;
	*out = found;
	return ERR_NONE;
}

bool
upload_was_consumed_by(
    const struct upload *u, const unsigned char digest[UPLOAD_DIGEST_BYTES])
{
	return u->consumed_by != NULL &&
	    memcmp(u->consumed_digest, digest, UPLOAD_DIGEST_BYTES) == 0;
}

static struct signed_link
describe_link(const char *id, int64_t expires_s)
{
	return (struct signed_link){
		.purpose = "upload",
		.id = id,
		.expires_s = expires_s,
	};
}

void
upload_sign(const unsigned char key[UPLOAD_KEY_BYTES], const char *id,
    int64_t expires_s, char out[UPLOAD_SIGNATURE_SIZE])
{
	const struct signed_link link = describe_link(id, expires_s);

	signed_link_make(key, &link, out);
}

bool
upload_signature_fits(const unsigned char key[UPLOAD_KEY_BYTES], const char *id,
    int64_t expires_s, const char *signature)
{
	const struct signed_link link = describe_link(id, expires_s);

	return signed_link_fits(key, &link, signature);
}
