/* SPDX-License-Identifier: MIT */
/*
 * Prompts of the voice family: an uploaded recording with a name.
 */
#include "api/voice/voice.h"

#include "base/clock.h"
#include "base/text.h"
#include "domain/asset.h"
#include "domain/audio.h"
#include "domain/project.h"
#include "domain/prompt.h"
#include "domain/upload.h"
#include "domain/user.h"

#include <sodium.h>
#include <string.h>

/*
 * How a prompt is shown.
 */

static void
show_time(struct doc *d, const char *name, int64_t at_ms)
{
	char text[CLOCK_TEXT_SIZE];

	clock_iso_seconds(at_ms, text);
	doc_text(d, name, text);
}

static const char *
prompt_link(struct call *c, const char *id, const char *tail)
{
	return call_link(
	    c, arena_printf(c->arena, "/voice/prompts/%s%s", id, tail));
}

/* The whole answer: status, object, entity tag. */
static enum err
show_prompt(struct call *c, struct txn *t, const struct prompt *p, int status)
{
	struct user creator, updater;
	struct doc *d;
	enum err err;

	if ((err = user_find(t, p->created_by, &creator)) != ERR_NONE ||
	    (err = user_find(t, p->updated_by, &updater)) != ERR_NONE)
		return err;
	d = voice_begin_reply(c, status);
	doc_object(d, NULL);
	doc_text(d, "id", p->id);
	doc_text(d, "name", p->name);
	doc_text(d, "description", p->description);
	doc_text(d, "type", p->kind);
	doc_text(d, "asset_id", p->asset_id);
	show_time(d, "created_at", p->created_at);
	doc_text(d, "created_by", p->created_by);
	doc_text(d, "created_user_name", creator.name);
	show_time(d, "updated_at", p->updated_at);
	doc_text(d, "updated_by", p->updated_by);
	doc_text(d, "updated_user_name", updater.name);
	doc_object(d, "_links");
	voice_show_link(d, "self", prompt_link(c, p->id, ""));
	voice_show_link(
	    d, "download_link", prompt_link(c, p->id, "/download-link"));
	doc_object_end(d);
	doc_object_end(d);
	call_etag(c, p->id, p->revision);
	return ERR_NONE;
}

/*
 * Prompts.
 */

enum err
voice_find_prompt(struct txn *t, const char *id, struct prompt *out)
{
	struct prompt p = { 0 };
	enum err err;

	if ((err = prompt_find(t, id, &p)) != ERR_NONE)
		return err;
	if (text_equal(p.kind, "text"))
		return txn_fail(t, ERR_PROMPT_UNKNOWN, "id", NULL);
	*out = p;
	return ERR_NONE;
}

/* What a call asks for, whatever the order and spacing of its JSON.  The
 * texts hold no NUL, so their ends tell them apart. */
static void
digest_words(const char *deed, const struct voice_words *w,
    unsigned char out[UPLOAD_DIGEST_BYTES])
{
	const char *const texts[] = {
		deed,
		w->name.text,
		w->file_name.text,
		w->description.text,
	};
	crypto_hash_sha256_state state;
	size_t i;

	crypto_hash_sha256_init(&state);
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		crypto_hash_sha256_update(&state,
		    (const unsigned char *)texts[i], strlen(texts[i]) + 1);
	crypto_hash_sha256_final(&state, out);
}

/* Is this the call that consumed the request, sent once more because its
 * answer was lost?  Only while nobody has replaced the audio since. */
static bool
is_repeated(const struct upload *u, const struct prompt *p,
    const unsigned char digest[UPLOAD_DIGEST_BYTES])
{
	return upload_was_consumed_by(u, digest) &&
	    text_equal(u->consumed_by, p->id) && p->asset_id != NULL &&
	    text_equal(u->asset_id, p->asset_id);
}

/* May the prompt have the request's audio under this file name? */
static enum err
check_upload(struct call *c, struct txn *t, const struct upload *u)
{
	const struct voice_words *w = c->body;
	struct asset asset;
	enum err err;

	if (u->consumed_by != NULL)
		return call_fail(c, ERR_UPLOAD_CONSUMED, "request_id", NULL);
	if (u->asset_id == NULL)
		return call_fail(c, ERR_UPLOAD_EMPTY, "request_id", NULL);
	if ((err = asset_find(t, u->asset_id, &asset)) != ERR_NONE)
		return err;
	if (audio_type_from_file_name(w->file_name.text) !=
	    (unsigned)asset.audio.type)
		return call_fail(c, ERR_BODY_INVALID, "file_name",
		    asset.audio.type == AUDIO_WAV
			? "The uploaded audio is WAV: it must end in .wav."
			: "The uploaded audio is MP3: it must end in .mp3.");
	return ERR_NONE;
}

static enum err
show_created(struct call *c, struct txn *t, const struct prompt *p)
{
	enum err err;

	if ((err = show_prompt(c, t, p, 201)) != ERR_NONE)
		return err;
	response_header(c->reply, "Location", prompt_link(c, p->id, ""));
	return ERR_NONE;
}

static enum err
create_prompt(
    struct call *c, struct txn *t, const char *asset_id, struct prompt *out)
{
	const struct voice_words *w = c->body;
	struct prompt first = {
		.kind = "asset",
		.owner_id = c->caller.user_id,
		.name = w->name.text,
		.description = w->description.text,
		.asset_id = asset_id,
		.file_name = w->file_name.text,
		.version = 1,
	};
	struct tenancy home;
	enum err err;

	if ((err = project_ensure_installation(t, &home)) != ERR_NONE)
		return err;
	first.project_id = home.project_id;
	return prompt_create(t, &first, out);
}

enum err
voice_prompt_post(struct call *c, struct txn *t)
{
	const struct voice_words *w = c->body;
	unsigned char digest[UPLOAD_DIGEST_BYTES];
	struct upload u;
	struct prompt p = { 0 };
	enum err err;

	digest_words("create", w, digest);
	if ((err = upload_find(t, w->request_id.text, &u)) != ERR_NONE)
		return err;
	if (upload_was_consumed_by(&u, digest)) {
		err = voice_find_prompt(t, u.consumed_by, &p);
		if (err == ERR_NONE && is_repeated(&u, &p, digest))
			return show_created(c, t, &p);
		if (err != ERR_NONE && err != ERR_PROMPT_UNKNOWN)
			return err;
	}
	if ((err = check_upload(c, t, &u)) != ERR_NONE ||
	    (err = create_prompt(c, t, u.asset_id, &p)) != ERR_NONE ||
	    (err = upload_consume(t, &u, p.id, digest)) != ERR_NONE)
		return err;
	return show_created(c, t, &p);
}

enum err
voice_prompt_get(struct call *c, struct txn *t)
{
	struct prompt p = { 0 };
	enum err err;

	if ((err = voice_find_prompt(t, call_param(c, 0), &p)) != ERR_NONE)
		return err;
	if (call_not_modified(c, p.id, p.revision))
		return ERR_NONE;
	return show_prompt(c, t, &p, 200);
}

static enum err
update_prompt(
    struct call *c, struct txn *t, const char *asset_id, struct prompt *p)
{
	const struct voice_words *w = c->body;
	struct prompt_patch patch = {
		.name = w->name,
		.description = w->description,
		.asset_id = { GIVEN_VALUE, asset_id },
		.file_name = w->file_name,
	};

	return prompt_update(t, p, &patch, c->caller.user_id, p);
}

/* A repeated call is told apart before If-Match is looked at: that it does
 * not match any more is the call's own doing (RFC 9110, 13.1.1). */
enum err
voice_prompt_put(struct call *c, struct txn *t)
{
	const struct voice_words *w = c->body;
	unsigned char digest[UPLOAD_DIGEST_BYTES];
	struct upload u;
	struct prompt p = { 0 };
	enum err err, found;

	digest_words("update", w, digest);
	if ((err = voice_find_prompt(t, call_param(c, 0), &p)) != ERR_NONE)
		return err;
	found = upload_find(t, w->request_id.text, &u);
	if (found == ERR_NONE && is_repeated(&u, &p, digest))
		return show_prompt(c, t, &p, 201);
	if ((err = call_precondition(c, p.id, p.revision)) != ERR_NONE ||
	    (err = found) != ERR_NONE ||
	    (err = check_upload(c, t, &u)) != ERR_NONE ||
	    (err = update_prompt(c, t, u.asset_id, &p)) != ERR_NONE ||
	    (err = upload_consume(t, &u, p.id, digest)) != ERR_NONE)
		return err;
	return show_prompt(c, t, &p, 201);
}
