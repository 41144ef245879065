/* SPDX-License-Identifier: MIT */
/*
 * The voice family: /voice, and at the root PUT /prompts/{id} and
 * POST /prompts-requests.  Audio prompts of telephone flows as HAL resources;
 * every failure is {"code", "message", "description", "fields"}.
 *
 * A recording is uploaded through a signed link first; the prompt that is
 * created or updated with the request's id then takes it over.
 */
#include "api/family.h"

#include "base/clock.h"
#include "base/text.h"
#include "domain/asset.h"
#include "domain/audio.h"
#include "domain/project.h"
#include "domain/prompt.h"
#include "domain/upload.h"
#include "domain/user.h"

#include <inttypes.h>
#include <sodium.h>
#include <string.h>

#define JSON_MAX_BYTES (64 * 1024)
#define PROBLEM_TYPE "application/problem+json"
#define HAL_TYPE "application/hal+json"

/*
 * What bodies and queries hold.
 */

struct words_body {
	struct given_text request_id;
	struct given_text name;
	struct given_text file_name;
	struct given_text description;
};

static bool
is_audio_file_name(const char *name)
{
	return strpbrk(name, "/\\") == NULL &&
	    audio_type_from_file_name(name) != 0;
}

static const struct field words_fields[] = {
	{.name = "request_id", .type = FIELD_TEXT, .flags = FIELD_REQUIRED | FIELD_NO_CONTROL, .min = 1, .max = 255, .offset = offsetof(struct words_body, request_id)},
	{.name = "name", .type = FIELD_TEXT, .flags = FIELD_REQUIRED | FIELD_TRIM | FIELD_NO_CONTROL, .min = 1, .max = 255, .offset = offsetof(struct words_body, name)},
	{.name = "file_name", .type = FIELD_TEXT, .flags = FIELD_REQUIRED | FIELD_NO_CONTROL, .min = 1, .max = 255, .check = is_audio_file_name, .offset = offsetof(struct words_body, file_name)},
	{.name = "description", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .max = 1024, .offset = offsetof(struct words_body, description)},
};
static const struct field_table words_table = {FIELD_TABLE(words_fields)};

struct request_body {
	struct given_json constraints;
};

static const struct field request_fields[] = {
	{.name = "validation_constraints", .type = FIELD_OBJECT, .offset = offsetof(struct request_body, constraints)},
};
static const struct field_table request_table = {FIELD_TABLE(request_fields)};

struct constraints {
	struct given_json types;
};

static const struct field constraints_fields[] = {
	{.name = "allowed_mime_types", .type = FIELD_TEXTS, .flags = FIELD_REQUIRED, .min = 1, .offset = offsetof(struct constraints, types)},
};
static const struct field_table constraints_table = {FIELD_TABLE(constraints_fields)};

/* Neither is required here: a link without them is a forged one. */
struct link_query {
	struct given_text expires;
	struct given_text signature;
};

static const struct field link_fields[] = {
	{.name = "expires", .type = FIELD_TEXT, .offset = offsetof(struct link_query, expires)},
	{.name = "signature", .type = FIELD_TEXT, .offset = offsetof(struct link_query, signature)},
};
static const struct field_table link_table = {FIELD_TABLE(link_fields)};

/*
 * How this family shows things.
 */

static const char *
choose_type(const struct call *c, enum err err)
{
	if (err != ERR_NONE)
		return request_accepts(&c->request, PROBLEM_TYPE)
		    ? PROBLEM_TYPE : "application/json";
	return request_accepts(&c->request, HAL_TYPE) ? HAL_TYPE
						      : "application/json";
}

static void
show_time(struct doc *d, const char *name, int64_t at_ms)
{
	char text[CLOCK_TEXT_SIZE];

	clock_iso_seconds(at_ms, text);
	doc_text(d, name, text);
}

static void
show_link(struct doc *d, const char *name, const char *href)
{
	doc_object(d, name);
	doc_text(d, "href", href);
	doc_object_end(d);
}

static const char *
prompt_link(struct call *c, const char *id, const char *tail)
{
	return call_link(c,
	    arena_printf(c->arena, "/voice/prompts/%s%s", id, tail));
}

/* Begin a reply whose form depends on Accept. */
static struct doc *
begin_reply(struct call *c, int status)
{
	struct doc *d = call_reply(c, status);

	response_header(c->reply, "Vary", "Accept");
	return d;
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
	d = begin_reply(c, status);
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
	show_link(d, "self", prompt_link(c, p->id, ""));
	show_link(d, "download_link", prompt_link(c, p->id, "/download-link"));
	doc_object_end(d);
	doc_object_end(d);
	call_etag(c, p->id, p->revision);
	return ERR_NONE;
}

/*
 * How it shows failures.
 */

/* The codes that do not follow from the status alone. */
static const char *const codes[ERR_COUNT] = {
	[ERR_BODY_MALFORMED] = "invalid_json",
	[ERR_ROUTE_UNKNOWN] = "route_not_found",
	[ERR_PROMPT_UNKNOWN] = "prompt_not_found",
	[ERR_NAME_TAKEN] = "name_conflict",
	[ERR_UPLOAD_CONSUMED] = "request_consumed",
};

static const struct {
	int status;
	const char *code;
} status_codes[] = {
	{400, "validation_error"},
	{401, "unauthorized"},
	{403, "forbidden"},
	{404, "request_not_found"},
	{405, "method_not_allowed"},
	{412, "precondition_failed"},
	{413, "payload_too_large"},
	{414, "uri_too_long"},
	{415, "unsupported_media_type"},
	{422, "unprocessable_entity"},
	{501, "not_implemented"},
	{503, "busy"},
	{507, "insufficient_storage"},
};

static const char *
find_code(enum err err, int status)
{
	size_t i;

	if (codes[err] != NULL)
		return codes[err];
	for (i = 0; i < sizeof(status_codes) / sizeof(status_codes[0]); i++) {
		if (status_codes[i].status == status)
			return status_codes[i].code;
	}
	return "internal_error";
}

static const char *
describe_type(enum field_type type)
{
	switch (type) {
	case FIELD_INTEGER:
		return "It must be an integer.";
	case FIELD_BOOLEAN:
		return "It must be true or false.";
	case FIELD_TEXTS:
		return "It must be an array of strings.";
	case FIELD_ARRAY:
		return "It must be an array.";
	case FIELD_OBJECT:
		return "It must be an object.";
	default:
		return "It must be a string.";
	}
}

static const char *
describe_fault(const struct call *c, const struct fault *f)
{
	switch (f->kind) {
	case FAULT_REPEATED:
		return "It is given more than once.";
	case FAULT_MISSING:
		return "It is required.";
	case FAULT_SHORT:
	case FAULT_FEW:
		return "It must not be empty.";
	case FAULT_LONG:
		return arena_printf(c->arena,
		    "It must not be longer than %" PRId64 " characters.",
		    f->field->max);
	case FAULT_CONTROL:
		return "It must not contain control characters.";
	case FAULT_CHECK:
		return "It must be a plain file name that ends in .mp3 or "
		       ".wav.";
	case FAULT_NULL:
	case FAULT_TYPE:
	case FAULT_ITEM_TYPE:
		return describe_type(f->field->type);
	default:
		return "It is not valid.";
	}
}

static void
show_field(struct doc *d, const char *name, const char *description)
{
	doc_object(d, NULL);
	doc_text(d, "name", name);
	doc_text(d, "description", description);
	doc_object_end(d);
}

/* Every fault of a field table, or the one field that a handler blamed. */
static void
show_fields(struct call *c, enum err err, const char *message)
{
	const char *detail = c->failure.detail;
	struct doc *d = &c->doc;
	size_t i;

	if (c->failure.field == NULL)
		return;
	doc_array(d, "fields");
	if (err != ERR_BODY_INVALID && err != ERR_QUERY_INVALID)
		show_field(d, c->failure.field, message);
	else if (c->faults.count == 0)
		show_field(d, c->failure.field, detail);
	else
		for (i = 0; i < c->faults.count; i++)
			show_field(d, c->faults.list[i].name,
			    describe_fault(c, &c->faults.list[i]));
	doc_array_end(d);
}

/* Details that are sentences for the client; others are for the log. */
static bool
has_description(const struct call *c, enum err err)
{
	if (c->failure.detail == NULL)
		return false;
	return err == ERR_BODY_MALFORMED || err == ERR_AUDIO_INVALID ||
	    err == ERR_AUDIO_TYPE ||
	    (err == ERR_BODY_INVALID && c->failure.field == NULL);
}

/* RFC 6750, 3.1: tell which scope would do. */
static void
show_scope(struct call *c)
{
	static const char *const scopes[] = {
		[ACCESS_VOICE_READ] = "prompts:read",
		[ACCESS_VOICE_WRITE] = "prompts:write",
		[ACCESS_VOICE_DOWNLOAD] = "prompts:download",
	};

	response_header(c->reply, "WWW-Authenticate",
	    arena_printf(c->arena,
		"Bearer error=\"insufficient_scope\", scope=\"%s\"",
		scopes[c->route->access]));
}

static void
show_error(struct call *c, enum err err)
{
	const struct err_text *row = family_error_text(c, err);
	const char *message = row == NULL
	    ? "An unexpected error occurred." : row->text;
	int status = c->reply->status;
	struct doc *d = &c->doc;

	if (status == 403 && err != ERR_SIGNATURE)
		show_scope(c);
	doc_object(d, NULL);
	if (request_accepts(&c->request, PROBLEM_TYPE)) {
		doc_text(d, "type", "about:blank");
		doc_text(d, "title", response_reason(status));
		doc_integer(d, "status", status);
		doc_text(d, "detail", message);
	}
	doc_text(d, "code", find_code(err, status));
	doc_text(d, "message", message);
	if (has_description(c, err))
		doc_text(d, "description", c->failure.detail);
	if (status == 400)
		show_fields(c, err, message);
	doc_object_end(d);
}

/*
 * Bodies.
 */

static enum err
check_media(struct call *c)
{
	if (!request_has_type(&c->request, "application/json"))
		return call_fail(c, ERR_MEDIA_TYPE, NULL, NULL);
	return ERR_NONE;
}

static enum err
read_body(struct call *c, const char *text, size_t len,
    const struct body **out)
{
	static const char *const reasons[] = {
		[SCAN_OK] = NULL,
		[SCAN_EMPTY] = "The body is empty.",
		[SCAN_SYNTAX] = "The body has a syntax error.",
		[SCAN_UTF8] = "The body is not well-formed UTF-8.",
		[SCAN_SURROGATE] = "A string holds half of a surrogate pair.",
		[SCAN_NUL] = "A string holds the character U+0000.",
		[SCAN_DEPTH] = "The body is nested too deeply.",
		[SCAN_DUPLICATE] = "An object has two members of one name.",
		[SCAN_MEMBERS] = "An object has too many members.",
	};
	struct scan scan;
	const struct body *body = body_parse(text, len, c->arena, &scan);

	if (body == NULL)
		return call_fail(c, ERR_BODY_MALFORMED, NULL,
		    reasons[scan.fault]);
	if (body_kind(body) != SCAN_OBJECT)
		return call_fail(c, ERR_BODY_INVALID, NULL,
		    "The body must be a JSON object.");
	*out = body;
	return ERR_NONE;
}

/*
 * Asking for an upload link.
 */

#define TYPES_FIELD "validation_constraints.allowed_mime_types"

static enum err
read_types(struct call *c, const char *json, unsigned *out)
{
	struct scan scan;
	const struct body *list = body_parse(json, strlen(json), c->arena,
	    &scan);
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
	struct constraints in = {0};
	struct scan scan;
	const struct body *inner = body_parse(json, strlen(json), c->arena,
	    &scan);

	if (field_read_body(&constraints_table, inner, &in, c->arena,
		&c->faults))
		return read_types(c, in.types.json, out);
	c->faults.list[0].name = TYPES_FIELD;
	return call_fail(c, ERR_BODY_INVALID, TYPES_FIELD, NULL);
}

static enum err
request_prepare(struct call *c)
{
	const struct request_body *b = c->body;
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
	    arena_printf(c->arena, "/voice/uploads/%s?expires=%" PRId64
		"&signature=%s", u->id, expires_s, signature));
}

static enum err
request_post(struct call *c, struct txn *t)
{
	const unsigned *allowed = c->prepared;
	struct upload u;
	struct doc *d;
	enum err err;

	if ((err = upload_create(t, c->caller.user_id, *allowed, &u)) !=
	    ERR_NONE)
		return err;
	d = begin_reply(c, 201);
	response_header(c->reply, "Cache-Control", "no-store");
	doc_object(d, NULL);
	doc_text(d, "id", u.id);
	doc_object(d, "_links");
	show_link(d, "upload_link", upload_link(c, &u));
	doc_object_end(d);
	doc_object_end(d);
	return ERR_NONE;
}

/*
 * Uploading.
 */

struct received {
	struct upload upload;
	struct asset asset;
};

static enum err
check_signature(struct call *c)
{
	const struct link_query *q = c->query;
	int64_t expires_s;

	if (q->expires.text == NULL || q->signature.text == NULL ||
	    !text_to_int64(q->expires.text, &expires_s) ||
	    !upload_signature_fits(c->site->link_key, call_param(c, 0),
		expires_s, q->signature.text) ||
	    expires_s <= c->txn.now_ms / 1000)
		return call_fail(c, ERR_SIGNATURE, NULL, NULL);
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

/* Pass the body on piece by piece, and never ask for more than was announced:
 * under plain CGI the end may not come. */
static enum err
receive_audio(struct call *c, struct asset_file *file)
{
	int64_t length = c->request.content_length, total = 0;
	int64_t max = c->site->config->audio_max_bytes;
	char piece[16384];
	size_t want = sizeof(piece);
	ssize_t got = 0;
	enum err err;

	if (length > max)
		return call_fail(c, ERR_BODY_TOO_LARGE, NULL, NULL);
	while (total != length) {
		if (length != REQUEST_LENGTH_UNKNOWN &&
		    length - total < (int64_t)sizeof(piece))
			want = (size_t)(length - total);
		if ((got = c->read(c->source, piece, want)) <= 0)
			break;
		if ((total += got) > max)
			return call_fail(c, ERR_BODY_TOO_LARGE, NULL, NULL);
		if ((err = asset_file_add(file, piece, (size_t)got)) !=
		    ERR_NONE)
			return err;
	}
	if (got < 0 || (length != REQUEST_LENGTH_UNKNOWN && total != length))
		return call_fail(c, ERR_BODY_LENGTH, NULL, NULL);
	return ERR_NONE;
}

/* What the bytes are decides; what was allowed and what was declared must
 * agree with it. */
static enum err
check_type(struct call *c, const struct received *r)
{
	const char *declared = c->request.content_type;
	unsigned type = audio_type_from_media(arena_copy(c->arena, declared,
	    strcspn(declared, "; \t")));

	if ((r->asset.audio.type & r->upload.allowed) == 0)
		return call_fail(c, ERR_AUDIO_TYPE, NULL,
		    "The upload request allows no audio of this type.");
	if (type != 0 && type != (unsigned)r->asset.audio.type)
		return call_fail(c, ERR_AUDIO_TYPE, NULL,
		    "The audio is of another type than Content-Type says.");
	return ERR_NONE;
}

static enum err
store_audio(struct call *c, struct received *r)
{
	struct asset_file *file;
	enum err err;

	if ((err = asset_file_begin(c->site->config->data, c->arena,
		 &c->failure, &file)) != ERR_NONE)
		return err;
	if ((err = receive_audio(c, file)) == ERR_NONE &&
	    (err = asset_file_inspect(file, &r->asset)) == ERR_NONE &&
	    (err = check_type(c, r)) == ERR_NONE)
		err = asset_file_keep(file, &r->asset);
	asset_file_drop(file);
	return err;
}

static enum err
upload_prepare(struct call *c)
{
	struct received *r = arena_alloc(c->arena, sizeof(*r));
	enum err err;

	c->prepared = r;
	if ((err = check_signature(c)) != ERR_NONE ||
	    (err = txn_run(c->site->store, TXN_READ, find_open_upload, c,
		 &c->txn)) != ERR_NONE)
		return err;
	return store_audio(c, r);
}

static enum err
upload_put(struct call *c, struct txn *t)
{
	struct received *r = c->prepared;
	char digest[2 * ASSET_DIGEST_BYTES + 1];
	enum err err;

	if ((err = find_open_upload(t, c)) != ERR_NONE ||
	    (err = upload_attach(t, &r->upload, &r->asset)) != ERR_NONE)
		return err;
	text_hex(r->asset.sha256, sizeof(r->asset.sha256), digest);
	call_reply_empty(c, 200);
	response_header(c->reply, "ETag",
	    arena_printf(c->arena, "\"%s\"", digest));
	response_header(c->reply, "Cache-Control", "no-store");
	return ERR_NONE;
}

/*
 * Prompts.
 */

/* Text prompts are none of this family's. */
static enum err
find_voice_prompt(struct txn *t, const char *id, struct prompt *out)
{
	struct prompt p;
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
digest_words(const char *deed, const struct words_body *w,
    unsigned char out[UPLOAD_DIGEST_BYTES])
{
	const char *const texts[] = {
		deed, w->name.text, w->file_name.text, w->description.text,
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
	const struct words_body *w = c->body;
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
create_prompt(struct call *c, struct txn *t, const char *asset_id,
    struct prompt *out)
{
	const struct words_body *w = c->body;
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

static enum err
prompt_post(struct call *c, struct txn *t)
{
	const struct words_body *w = c->body;
	unsigned char digest[UPLOAD_DIGEST_BYTES];
	struct upload u;
	struct prompt p;
	enum err err;

	digest_words("create", w, digest);
	if ((err = upload_find(t, w->request_id.text, &u)) != ERR_NONE)
		return err;
	if (upload_was_consumed_by(&u, digest)) {
		err = find_voice_prompt(t, u.consumed_by, &p);
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

static enum err
prompt_get(struct call *c, struct txn *t)
{
	struct prompt p;
	enum err err;

	if ((err = find_voice_prompt(t, call_param(c, 0), &p)) != ERR_NONE)
		return err;
	if (call_not_modified(c, p.id, p.revision))
		return ERR_NONE;
	return show_prompt(c, t, &p, 200);
}

static enum err
update_prompt(struct call *c, struct txn *t, const char *asset_id,
    struct prompt *p)
{
	const struct words_body *w = c->body;
	struct prompt_patch patch = {
		.name = w->name,
		.description = w->description,
		.asset_id = {GIVEN_VALUE, asset_id},
		.file_name = w->file_name,
	};

	return prompt_update(t, p, &patch, c->caller.user_id, p);
}

/* A repeated call is told apart before If-Match is looked at: that it does
 * not match any more is the call's own doing (RFC 9110, 13.1.1). */
static enum err
prompt_put(struct call *c, struct txn *t)
{
	const struct words_body *w = c->body;
	unsigned char digest[UPLOAD_DIGEST_BYTES];
	struct upload u;
	struct prompt p;
	enum err err, found;

	digest_words("update", w, digest);
	if ((err = find_voice_prompt(t, call_param(c, 0), &p)) != ERR_NONE)
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

/*
 * Routes and words.
 */

/* Elsewhere 404: on this path that would say that the prompt is gone. */
static const struct err_text put_texts[] = {
	{ERR_UPLOAD_UNKNOWN, NULL, 400, "The upload request is unknown or has expired."},
	{ERR_NONE, NULL, 0, NULL},
};

static const struct err_text upload_texts[] = {
	{ERR_BODY_TOO_LARGE, NULL, 0, "The audio is larger than the limit."},
	{ERR_NONE, NULL, 0, NULL},
};

#define REQUEST_ROUTE(path_) \
	{ \
		.method = METHOD_POST, .path = (path_), \
		.name = "ask for an upload link", \
		.access = ACCESS_VOICE_WRITE, .mode = TXN_WRITE, \
		.body = &request_table, \
		.body_size = sizeof(struct request_body), \
		.prepare = request_prepare, .handler = request_post, \
	}

#define UPLOAD_ROUTE(method_) \
	{ \
		.method = (method_), .path = "/voice/uploads/:request", \
		.name = "upload audio through a signed link", \
		.access = ACCESS_ANYONE, .mode = TXN_WRITE, \
		.flags = ROUTE_RAW_BODY, \
		.query = &link_table, \
		.query_size = sizeof(struct link_query), \
		.prepare = upload_prepare, .handler = upload_put, \
		.texts = upload_texts, \
	}

#define PUT_ROUTE(path_) \
	{ \
		.method = METHOD_PUT, .path = (path_), \
		.name = "replace a voice prompt", \
		.access = ACCESS_VOICE_WRITE, .mode = TXN_WRITE, \
		.body = &words_table, \
		.body_size = sizeof(struct words_body), \
		.handler = prompt_put, .texts = put_texts, \
	}

static const struct route routes[] = {
	REQUEST_ROUTE("/voice/prompts-requests"),
	REQUEST_ROUTE("/prompts-requests"),
	UPLOAD_ROUTE(METHOD_PUT),
	UPLOAD_ROUTE(METHOD_POST),
	{
		.method = METHOD_POST, .path = "/voice/prompts",
		.name = "create a voice prompt",
		.access = ACCESS_VOICE_WRITE, .mode = TXN_WRITE,
		.body = &words_table, .body_size = sizeof(struct words_body),
		.handler = prompt_post,
	},
	{
		.method = METHOD_GET, .path = "/voice/prompts/:id",
		.name = "get a voice prompt",
		.access = ACCESS_VOICE_READ, .mode = TXN_READ,
		.handler = prompt_get,
	},
	PUT_ROUTE("/voice/prompts/:id"),
	PUT_ROUTE("/prompts/:id"),
};

#define FORBIDDEN "You are not allowed to do this."

static const struct err_text texts[] = {
	{ERR_REQUEST_MALFORMED, NULL, 0, "The request is malformed."},
	{ERR_PATH_TOO_LONG, NULL, 0, "The request target is too long."},
	{ERR_METHOD_UNKNOWN, NULL, 0, "The method is not implemented."},
	{ERR_METHOD_REFUSED, NULL, 0, "The method is not allowed here."},
	{ERR_ROUTE_UNKNOWN, NULL, 0, "There is nothing at this address."},
	{ERR_QUERY_INVALID, NULL, 0, "The query string is not valid."},
	{ERR_MEDIA_TYPE, NULL, 0, "The Content-Type must be application/json."},
	{ERR_BODY_TOO_LARGE, NULL, 0, "The request body is larger than the limit."},
	{ERR_BODY_LENGTH, NULL, 0, "The request body is not as long as announced."},
	{ERR_BODY_MALFORMED, NULL, 0, "The request body is not valid JSON."},
	{ERR_BODY_INVALID, NULL, 0, "The request body is not valid."},
	{ERR_KEY_REUSED, NULL, 0, "The Idempotency-Key was used for another request."},
	{ERR_TOKEN_MISSING, NULL, 0, "An access token is required."},
	{ERR_TOKEN_SCHEME, NULL, 0, "The Authorization header must hold a bearer token."},
	{ERR_TOKEN_INVALID, NULL, 0, "The access token is invalid or has expired."},
	{ERR_USER_UNVERIFIED, NULL, 0, FORBIDDEN},
	{ERR_ROLE_TOO_LOW, NULL, 0, FORBIDDEN},
	{ERR_SCOPE_MISSING, NULL, 0, FORBIDDEN},
	{ERR_SIGNATURE, NULL, 0, "The link is not valid or has expired."},
	{ERR_PROMPT_UNKNOWN, NULL, 0, "The prompt does not exist."},
	{ERR_UPLOAD_UNKNOWN, NULL, 0, "The upload request is unknown or has expired."},
	{ERR_UPLOAD_EMPTY, NULL, 0, "Nothing has been uploaded for the upload request yet."},
	{ERR_UPLOAD_CONSUMED, NULL, 0, "The upload request has been used already."},
	{ERR_NAME_TAKEN, NULL, 0, "Another prompt has this name."},
	{ERR_STALE, NULL, 0, "The prompt was changed since it was read."},
	{ERR_AUDIO_INVALID, NULL, 0, "The upload is neither WAV nor MP3 audio, or is damaged."},
	{ERR_AUDIO_TYPE, NULL, 0, "The audio is of a type that is not accepted here."},
	{ERR_AUDIO_EMPTY, NULL, 0, "The upload is empty."},
	{ERR_BUSY, NULL, 0, "The server is busy. Please try again."},
	{ERR_FULL, NULL, 0, "The server has no space left."},
	{ERR_READ_ONLY, NULL, 0, "The server cannot store changes at present."},
	{ERR_IO, NULL, 0, "The server cannot reach its data at present."},
	{ERR_INTERNAL, NULL, 0, "An unexpected error occurred."},
	{ERR_NONE, NULL, 0, NULL},
};

static const char *const mounts[] = {"/voice", "/prompts-requests", NULL};

const struct family voice_family = {
	.name = "voice",
	.mounts = mounts,
	.routes = routes,
	.route_count = sizeof(routes) / sizeof(routes[0]),
	.path_flags = PATTERN_TRAILING_SLASH,
	.content_type = "application/json",
	.body_max_bytes = JSON_MAX_BYTES,
	.texts = texts,
	.choose_type = choose_type,
	.check_media = check_media,
	.read_body = read_body,
	.show_error = show_error,
};
