/* SPDX-License-Identifier: MIT */
/*
 * Uploads of the voice family: a request gives a signed link, the link takes
 * the audio.
 */
#include "api/voice/voice.h"

#include "base/text.h"
#include "domain/asset.h"
#include "domain/audio.h"
#include "domain/upload.h"
#include "domain/upload_part.h"

#include <inttypes.h>
#include <string.h>

/*
 * Asking for an upload link.
 */

struct constraints {
	struct given_json types;
};

/* clang-format off */
static const struct field constraints_fields[] = {
	{.name = "allowed_mime_types", .type = FIELD_TEXTS, .flags = FIELD_REQUIRED, .min = 1, .offset = offsetof(struct constraints, types)},
};
/* clang-format on */
static const struct field_table constraints_table = { FIELD_TABLE(
    constraints_fields) };

#define TYPES_FIELD "validation_constraints.allowed_mime_types"

static enum err
read_types(struct call *c, const char *json, unsigned *out)
{
	struct scan scan;
	const struct body *list =
	    body_parse(json, strlen(json), c->arena, &scan);
	unsigned type, all = 0;
	size_t i;

	for (i = 0; i < body_count(list); i++) {
		type = audio_type_from_media(body_text(list, i));
		if (type == 0)
			return call_fail(c, ERR_BODY_INVALID, TYPES_FIELD,
			    "It may hold audio/mp3, audio/wav and their other "
			    "names only.");
		all |= type;
	}
	*out = all;
	return ERR_NONE;
}

/* The table of the inner object names its fields without the outer one. */
static enum err
read_constraints(struct call *c, const char *json, unsigned *out)
{
	struct constraints in = { 0 };
	struct scan scan;
	const struct body *inner =
	    body_parse(json, strlen(json), c->arena, &scan);

	if (field_read_body(
		&constraints_table, inner, &in, c->arena, &c->faults))
		return read_types(c, in.types.json, out);
	c->faults.list[0].name = TYPES_FIELD;
	return call_fail(c, ERR_BODY_INVALID, TYPES_FIELD, NULL);
}

enum err
voice_request_prepare(struct call *c)
{
	const struct voice_request *b = c->body;
	unsigned *allowed = arena_alloc(c->arena, sizeof(*allowed));

	c->prepared = allowed;
	*allowed = AUDIO_WAV | AUDIO_MP3;
	if (b->constraints.given != GIVEN_VALUE)
		return ERR_NONE;
	return read_constraints(c, b->constraints.json, allowed);
}

static const char *
upload_link(struct call *c, const struct upload *u)
{
	char signature[UPLOAD_SIGNATURE_SIZE];
	int64_t expires_s = u->link_expires_at / 1000;

	upload_sign(c->site->link_key, u->id, expires_s, signature);
	return call_link(c,
	    arena_printf(c->arena,
		"/voice/uploads/%s?expires=%" PRId64 "&signature=%s", u->id,
		expires_s, signature));
}

enum err
voice_request_post(struct call *c, struct txn *t)
{
	const unsigned *allowed = c->prepared;
	struct upload u;
	struct doc *d;
	enum err err;

	if ((err = upload_create(t, c->caller.user_id, *allowed, &u)) !=
	    ERR_NONE)
		return err;
	d = voice_begin_reply(c, 201);
	response_header(c->reply, "Cache-Control", "no-store");
	doc_object(d, NULL);
	doc_text(d, "id", u.id);
	doc_object(d, "_links");
	voice_show_link(d, "upload_link", upload_link(c, &u));
	doc_object_end(d);
	doc_object_end(d);
	return ERR_NONE;
}

/*
 * Uploading: a whole recording as the body, or, where a web server lets no
 * such body through, parts of it (&part=1, &part=2, …, in any order, each as
 * often as need be) and then &complete=N, which makes one of the first N.
 */

struct received {
	struct upload upload;
	struct asset asset; /* of a part: its digest alone */
};

static enum err
check_signature(struct call *c)
{
	const struct voice_link *q = c->query;
	int64_t expires_s;

	if (q->expires.text == NULL || q->signature.text == NULL ||
	    !text_to_int64(q->expires.text, &expires_s) ||
	    !upload_signature_fits(c->site->link_key, call_param(c, 0),
		expires_s, q->signature.text) ||
	    expires_s <= c->txn.now_ms / 1000)
		return call_fail(c, ERR_SIGNATURE, NULL, NULL);
	return ERR_NONE;
}

static bool
is_part(const struct call *c)
{
	const struct voice_link *q = c->query;

	return q->part.given == GIVEN_VALUE;
}

static enum err
check_deed(struct call *c)
{
	const struct voice_link *q = c->query;

	if (is_part(c) && q->complete.given == GIVEN_VALUE)
		return call_fail(c, ERR_QUERY_INVALID, "complete",
		    "It does not go with part.");
	return ERR_NONE;
}

/* The request of the path, which no prompt may have used yet. */
static enum err
find_open_upload(struct txn *t, void *arg)
{
	struct call *c = arg;
	struct received *r = c->prepared;
	enum err err;

	if ((err = upload_find(t, call_param(c, 0), &r->upload)) != ERR_NONE)
		return err;
	if (r->upload.consumed_by != NULL)
		return call_fail(c, ERR_UPLOAD_CONSUMED, NULL, NULL);
	return ERR_NONE;
}

static enum err
fail_too_large(struct call *c)
{
	return call_fail(c, ERR_BODY_TOO_LARGE, NULL,
	    is_part(c)
		? arena_printf(c->arena,
		      "A part holds at most %d bytes, all parts "
		      "together %" PRId64 ".",
		      UPLOAD_PART_MAX_BYTES, c->site->config->audio_max_bytes)
		: NULL);
}

/* Pass the body on piece by piece, and never ask for more than was announced:
 * under plain CGI the end may not come. */
static enum err
receive_body(struct call *c, struct asset_file *file)
{
	int64_t length = c->request.content_length, total = 0;
	int64_t max = is_part(c) ? UPLOAD_PART_MAX_BYTES
				 : c->site->config->audio_max_bytes;
	char piece[16384];
	size_t want = sizeof(piece);
	ssize_t got = 0;
	enum err err;

	if (length > max)
		return fail_too_large(c);
	while (total != length) {
		if (length != REQUEST_LENGTH_UNKNOWN &&
		    length - total < (int64_t)sizeof(piece))
			want = (size_t)(length - total);
		if ((got = c->read(c->source, piece, want)) <= 0)
			break;
		c->received += got;
		if ((total += got) > max)
			return fail_too_large(c);
		if ((err = asset_file_add(file, piece, (size_t)got)) !=
		    ERR_NONE)
			return err;
	}
	if (got < 0 || (length != REQUEST_LENGTH_UNKNOWN && total != length))
		return call_fail(c, ERR_BODY_LENGTH, NULL, NULL);
	return ERR_NONE;
}

static enum err
receive_part(struct call *c, struct received *r, struct asset_file *file)
{
	const struct voice_link *q = c->query;
	enum err err;

	if ((err = receive_body(c, file)) != ERR_NONE)
		return err;
	if (asset_file_size(file) == 0)
		return call_fail(c, ERR_AUDIO_EMPTY, NULL, NULL);
	asset_file_digest(file, r->asset.sha256);
	err = upload_part_keep(file, r->upload.id, q->part.value,
	    c->site->config->audio_max_bytes);
	return err == ERR_BODY_TOO_LARGE ? fail_too_large(c) : err;
}

/* What the bytes are decides; what was allowed and what was declared must
 * agree with it. */
static enum err
check_type(struct call *c, const struct received *r)
{
	const char *declared = c->request.content_type;
	unsigned type = audio_type_from_media(
	    arena_copy(c->arena, declared, strcspn(declared, "; \t")));

	if ((r->asset.audio.type & r->upload.allowed) == 0)
		return call_fail(c, ERR_AUDIO_TYPE, NULL,
		    "The upload request allows no audio of this type.");
	if (type != 0 && type != (unsigned)r->asset.audio.type)
		return call_fail(c, ERR_AUDIO_TYPE, NULL,
		    "The audio is of another type than Content-Type says.");
	return ERR_NONE;
}

/* From the body, or from the parts that came before. */
static enum err
receive_audio(struct call *c, struct received *r, struct asset_file *file)
{
	const struct voice_link *q = c->query;
	enum err err;

	if (q->complete.given == GIVEN_VALUE)
		err = upload_part_join(c->site->config->data, r->upload.id,
		    q->complete.value, c->site->config->audio_max_bytes,
		    c->arena, &c->failure, file);
	else
		err = receive_body(c, file);
	if (err != ERR_NONE ||
	    (err = asset_file_inspect(file, &r->asset)) != ERR_NONE ||
	    (err = check_type(c, r)) != ERR_NONE)
		return err;
	return asset_file_keep(file, &r->asset);
}

enum err
voice_upload_prepare(struct call *c)
{
	struct received *r = arena_alloc(c->arena, sizeof(*r));
	struct asset_file *file;
	enum err err;

	c->prepared = r;
	if ((err = check_signature(c)) != ERR_NONE ||
	    (err = check_deed(c)) != ERR_NONE ||
	    (err = txn_run(c->site->store, TXN_READ, find_open_upload, c,
		 &c->txn)) != ERR_NONE ||
	    (err = asset_file_begin(c->site->config->data, c->arena,
		 &c->failure, &file)) != ERR_NONE)
		return err;
	err = is_part(c) ? receive_part(c, r, file) : receive_audio(c, r, file);
	asset_file_drop(file);
	return err;
}

/* The parts of a request are kept until it is used, so that a lost answer to
 * &complete can be asked for again. */
enum err
voice_upload_put(struct call *c, struct txn *t)
{
	struct received *r = c->prepared;
	char digest[ASSET_NAME_SIZE];
	enum err err;

	if ((err = find_open_upload(t, c)) != ERR_NONE)
		return err;
	if (!is_part(c) &&
	    ((err = asset_check_file(t, c->site->config->data, &r->asset)) !=
		    ERR_NONE ||
		(err = upload_attach(t, &r->upload, &r->asset)) != ERR_NONE))
		return err;
	text_hex(r->asset.sha256, sizeof(r->asset.sha256), digest);
	call_reply_empty(c, 200);
	response_header(
	    c->reply, "ETag", arena_printf(c->arena, "\"%s\"", digest));
	response_header(c->reply, "Cache-Control", "no-store");
	return ERR_NONE;
}
