/* SPDX-License-Identifier: MIT */
/*
 * Prompts of the voice family: an uploaded recording with a name.  How one is
 * shown, created, read, replaced as a whole, and deleted.
 */
#include "api/voice/voice.h"

#include "base/clock.h"
#include "base/text.h"
#include "domain/asset.h"
#include "domain/audio.h"
#include "domain/flow.h"
#include "domain/project.h"
#include "domain/prompt.h"
#include "domain/recording.h"
#include "domain/upload.h"

#include <inttypes.h>
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

/* What the sound is: an extension of the object. */
static void
show_media(struct doc *d, const struct asset *asset)
{
	char digest[2 * ASSET_DIGEST_BYTES + 1];

	text_hex(asset->sha256, sizeof(asset->sha256), digest);
	doc_object(d, "_media");
	doc_text(d, "media_type", audio_media_type(asset->audio.type));
	doc_integer(d, "duration_ms", asset->audio.duration_ms);
	doc_integer(d, "sample_rate", asset->audio.sample_rate);
	doc_integer(d, "channels", asset->audio.channels);
	doc_text(d, "codec", asset->audio.codec);
	doc_integer(d, "size_bytes", asset->size_bytes);
	doc_text(d, "sha256", digest);
	doc_object_end(d);
}

void
voice_show_prompt(struct call *c, struct doc *d, const struct recording *r)
{
	const struct prompt *p = &r->prompt;

	doc_object(d, NULL);
	doc_text(d, "id", p->id);
	doc_text(d, "name", p->name);
	doc_text(d, "description", p->description);
	doc_text(d, "type", p->kind);
	doc_text(d, "asset_id", p->asset_id);
	show_time(d, "created_at", p->created_at);
	doc_text(d, "created_by", p->created_by);
	doc_text(d, "created_user_name", r->creator_name);
	show_time(d, "updated_at", p->updated_at);
	doc_text(d, "updated_by", p->updated_by);
	doc_text(d, "updated_user_name", r->updater_name);
	if (r->asset.id != NULL)
		show_media(d, &r->asset);
	doc_object(d, "_links");
	voice_show_link(d, "self", prompt_link(c, p->id, ""));
	if (r->asset.id != NULL)
		voice_show_link(d, "download_link",
		    prompt_link(c, p->id, "/download-link"));
	doc_object_end(d);
	doc_object_end(d);
}

/* The whole answer: status, object, entity tag. */
static void
answer_prompt(struct call *c, const struct recording *r, int status)
{
	voice_show_prompt(c, voice_begin_reply(c, status), r);
	call_etag(c, r->prompt.id, r->prompt.revision);
}

enum err
voice_answer_prompt(struct call *c, struct txn *t, const char *id, int status)
{
	struct recording r;
	enum err err;

	if ((err = recording_find(t, id, &r)) != ERR_NONE)
		return err;
	answer_prompt(c, &r, status);
	return ERR_NONE;
}

/*
 * Creating and replacing.
 */

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
answer_created(struct call *c, struct txn *t, const char *id)
{
	enum err err;

	if ((err = voice_answer_prompt(c, t, id, 201)) != ERR_NONE)
		return err;
	response_header(c->reply, "Location", prompt_link(c, id, ""));
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
	struct recording present = { 0 };
	struct prompt p = { 0 };
	struct upload u;
	enum err err;

	digest_words("create", w, digest);
	if ((err = upload_find(t, w->request_id.text, &u)) != ERR_NONE)
		return err;
	if (upload_was_consumed_by(&u, digest)) {
		err = recording_find(t, u.consumed_by, &present);
		if (err == ERR_NONE && is_repeated(&u, &present.prompt, digest))
			return answer_created(c, t, u.consumed_by);
		if (err != ERR_NONE && err != ERR_PROMPT_UNKNOWN)
			return err;
	}
	if ((err = check_upload(c, t, &u)) != ERR_NONE ||
	    (err = create_prompt(c, t, u.asset_id, &p)) != ERR_NONE ||
	    (err = upload_consume(t, &u, p.id, digest)) != ERR_NONE)
		return err;
	return answer_created(c, t, p.id);
}

static enum err
update_prompt(struct call *c, struct txn *t, const char *asset_id,
    const struct prompt *old)
{
	const struct voice_words *w = c->body;
	struct prompt_patch patch = {
		.name = w->name,
		.description = w->description,
		.asset_id = { GIVEN_VALUE, asset_id },
		.file_name = w->file_name,
	};
	struct prompt updated;

	return prompt_update(t, old, &patch, c->caller.user_id, &updated);
}

/* A repeated call is told apart before If-Match is looked at: that it does
 * not match any more is the call's own doing (RFC 9110, 13.1.1). */
enum err
voice_prompt_put(struct call *c, struct txn *t)
{
	const struct voice_words *w = c->body;
	unsigned char digest[UPLOAD_DIGEST_BYTES];
	struct recording old = { 0 };
	const struct prompt *p = &old.prompt;
	struct upload u;
	enum err err, found;

	digest_words("update", w, digest);
	if ((err = recording_find(t, call_param(c, 0), &old)) != ERR_NONE)
		return err;
	found = upload_find(t, w->request_id.text, &u);
	if (found == ERR_NONE && is_repeated(&u, p, digest)) {
		answer_prompt(c, &old, 201);
		return ERR_NONE;
	}
	if ((err = call_precondition(c, p->id, p->revision)) != ERR_NONE ||
	    (err = found) != ERR_NONE ||
	    (err = check_upload(c, t, &u)) != ERR_NONE ||
	    (err = update_prompt(c, t, u.asset_id, p)) != ERR_NONE ||
	    (err = upload_consume(t, &u, p->id, digest)) != ERR_NONE)
		return err;
	return voice_answer_prompt(c, t, p->id, 201);
}

/*
 * Reading and deleting.
 */

enum err
voice_prompt_get(struct call *c, struct txn *t)
{
	struct recording r;
	enum err err;

	if ((err = recording_find(t, call_param(c, 0), &r)) != ERR_NONE)
		return err;
	if (!call_not_modified(c, r.prompt.id, r.prompt.revision))
		answer_prompt(c, &r, 200);
	return ERR_NONE;
}

/* Do flows stand in the way? */
static enum err
check_use(struct call *c, struct txn *t, const char *id)
{
	const struct voice_deletion *q = c->query;
	int64_t count = 0;
	enum err err;

	if (q->force.value ||
	    !text_equal(c->site->config->delete_in_use, "refuse"))
		return ERR_NONE;
	if ((err = flow_count(t, id, &count)) != ERR_NONE || count == 0)
		return err;
	return call_fail(c, ERR_IN_USE, NULL,
	    arena_printf(c->arena,
		"The prompt is used by %" PRId64 " %s; force=true deletes it "
		"all the same.",
		count, count == 1 ? "flow" : "flows"));
}

enum err
voice_prompt_delete(struct call *c, struct txn *t)
{
	struct recording r;
	const struct prompt *p = &r.prompt;
	enum err err;

	if ((err = recording_find(t, call_param(c, 0), &r)) != ERR_NONE ||
	    (err = call_precondition(c, p->id, p->revision)) != ERR_NONE ||
	    (err = check_use(c, t, p->id)) != ERR_NONE ||
	    (err = prompt_delete(t, p->id)) != ERR_NONE)
		return err;
	call_reply_empty(c, 204);
	return ERR_NONE;
}
