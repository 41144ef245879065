/* SPDX-License-Identifier: MIT */
/*
 * Flows of the voice family: which flows use a prompt, and how many.
 *
 * Nothing in the original API tells it that; PUT and DELETE of one flow are an
 * extension for the operators of whatever runs the flows.
 */
#include "api/voice/voice.h"

#include "base/text.h"
#include "domain/asset.h"
#include "domain/flow.h"
#include "domain/recording.h"
#include "wire/form.h"

#include <sodium.h>
#include <string.h>

#define IDS_MAX 100
#define FLOW_ID_MAX 255

/*
 * The flows of a prompt.
 */

/* clang-format off */
static const struct field list_fields[] = {
	VOICE_PAGE_ROWS(0),
};
/* clang-format on */
const struct field_table voice_flow_list_fields = { FIELD_TABLE(list_fields) };

static void
show_flow(struct doc *d, const struct flow *f)
{
	doc_object(d, NULL);
	doc_text(d, "id", f->prompt_id);
	doc_text(d, "flow_id", f->flow_id);
	doc_json(d, "published_flow_version", f->published);
	if (f->draft != NULL)
		doc_json(d, "draft_flow_version", f->draft);
	doc_object_end(d);
}

static enum err
show_flows(struct doc *d, struct txn *t, const char *prompt_id,
    const struct voice_page *page)
{
	struct query q;
	struct flow f;

	doc_object(d, "_embedded");
	doc_array(d, "prompt_flows");
	flow_list(&q, t, prompt_id, page->per_page, page->offset);
	while (flow_next(&q, &f))
		show_flow(d, &f);
	doc_array_end(d);
	doc_object_end(d);
	return query_end(&q);
}

enum err
voice_flow_list(struct call *c, struct txn *t)
{
	struct recording r;
	struct voice_page page;
	const char *id;
	struct doc *d;
	enum err err;

	voice_page_begin(&page, c->query);
	if ((err = recording_find(t, call_param(c, 0), &r)) != ERR_NONE)
		return err;
	id = r.prompt.id;
	if ((err = flow_count(t, id, &page.total)) != ERR_NONE)
		return err;
	d = voice_begin_reply(c, 200);
	doc_object(d, NULL);
	voice_show_page(d, &page);
	if ((err = show_flows(d, t, id, &page)) != ERR_NONE)
		return err;
	voice_show_page_links(
	    c, &page, arena_printf(c->arena, "/voice/prompts/%s/flows", id));
	doc_object_end(d);
	call_private(c);
	return ERR_NONE;
}

/*
 * How many flows use some prompts.
 */

/* What was written, in the arena; NULL when memory ran out. */
static const char *
take_text(struct buf *written, struct arena *a)
{
	const char *text =
	    buf_failed(written) ? NULL : arena_text(a, buf_string(written));

	buf_free(written);
	return text;
}

/* The ids between the commas, in a JSON array.  A byte of the query takes six
 * at most there. */
static const char *
read_ids(const char *list, struct arena *a)
{
	struct buf text;
	struct doc d;
	size_t len;

	buf_init(&text, REQUEST_QUERY_MAX_BYTES * 8);
	doc_init(&d, &text);
	doc_array(&d, NULL);
	for (; *list != '\0'; list += len + (list[len] == ',')) {
		if ((len = strcspn(list, ",")) > 0)
			doc_text(&d, NULL, arena_copy(a, list, len));
	}
	doc_array_end(&d);
	return take_text(&text, a);
}

bool
voice_is_id_list(const char *text)
{
	size_t count = 0, len;

	for (; *text != '\0'; text += len + (text[len] == ',')) {
		len = strcspn(text, ",");
		count += len > 0;
	}
	return count >= 1 && count <= IDS_MAX;
}

/* clang-format off */
static const struct field usage_fields[] = {
	{.name = "id", .type = FIELD_TEXT, .flags = FIELD_REQUIRED | FIELD_REPEATABLE, .check = voice_is_id_list, .offset = offsetof(struct voice_usage_query, ids)},
};
/* clang-format on */
const struct field_table voice_usage_fields = { FIELD_TABLE(usage_fields) };

static enum err
show_usages(struct doc *d, struct txn *t, const char *ids)
{
	struct flow_usage usage;
	struct query q;

	doc_object(d, "_embedded");
	doc_array(d, "prompt_usages");
	flow_list_usage(&q, t, ids);
	while (flow_next_usage(&q, &usage)) {
		doc_object(d, NULL);
		doc_text(d, "id", usage.prompt_id);
		doc_integer(d, "usage", usage.count);
		doc_object_end(d);
	}
	doc_array_end(d);
	doc_object_end(d);
	return query_end(&q);
}

enum err
voice_usage_get(struct call *c, struct txn *t)
{
	const struct voice_usage_query *query = c->query;
	const char *ids = read_ids(query->ids.text, c->arena);
	struct doc *d;
	enum err err;

	if (ids == NULL)
		return call_fail(c, ERR_INTERNAL, NULL, "no memory");
	d = voice_begin_reply(c, 200);
	doc_object(d, NULL);
	if ((err = show_usages(d, t, ids)) != ERR_NONE)
		return err;
	doc_object(d, "_links");
	voice_show_link(d, "self",
	    call_link(c,
		arena_printf(c->arena, "/voice/prompts-usage?id=%s",
		    form_encode(query->ids.text, c->arena))));
	doc_object_end(d);
	doc_object_end(d);
	call_private(c);
	return ERR_NONE;
}

/*
 * Telling that a flow uses a prompt.
 */

/* A version of a flow. */
struct flow_version {
	struct given_text flow_id;
	struct given_text name;
	struct given_text id;
	struct given_text status;
	struct given_text trigger;
};

static const char *const states[] = { "PUBLISHED", "DRAFT", NULL };
static const char *const triggers[] = { "VOICE_INBOUND", "API",
	"MESSAGE_INBOUND", "MODULE", NULL };

/* clang-format off */
static const struct field version_fields[] = {
	{.name = "flow_id", .type = FIELD_TEXT, .offset = offsetof(struct flow_version, flow_id)},
	{.name = "flow_name", .type = FIELD_TEXT, .flags = FIELD_REQUIRED | FIELD_NO_CONTROL, .min = 1, .max = 255, .offset = offsetof(struct flow_version, name)},
	{.name = "flow_version_id", .type = FIELD_TEXT, .flags = FIELD_REQUIRED | FIELD_NO_CONTROL, .min = 1, .max = 255, .offset = offsetof(struct flow_version, id)},
	{.name = "flow_version_status", .type = FIELD_CHOICE, .flags = FIELD_REQUIRED, .choices = states, .offset = offsetof(struct flow_version, status)},
	{.name = "flow_trigger_type", .type = FIELD_CHOICE, .flags = FIELD_REQUIRED, .choices = triggers, .offset = offsetof(struct flow_version, trigger)},
};
static const struct field flow_fields[] = {
	{.name = "published_flow_version", .type = FIELD_OBJECT, .flags = FIELD_REQUIRED, .offset = offsetof(struct voice_flow, published)},
	{.name = "draft_flow_version", .type = FIELD_OBJECT, .offset = offsetof(struct voice_flow, draft)},
};
/* clang-format on */
static const struct field_table version_table = { FIELD_TABLE(version_fields) };
const struct field_table voice_flow_fields = { FIELD_TABLE(flow_fields) };

#define FAULTS_OF_VERSION (sizeof(version_fields) / sizeof(version_fields[0]))

static void
add_fault(struct call *c, const char *member, const struct fault *f)
{
	struct fault *added = &c->faults.list[c->faults.count++];

	*added = *f;
	added->name = arena_printf(c->arena, "%s.%s", member, f->field->name);
}

/* Who names the flow in the body too, must mean the one of the path. */
static void
check_flow_id(struct call *c, const char *member, const char *flow_id)
{
	const char **wanted = arena_alloc(c->arena, 2 * sizeof(*wanted));
	struct field *row = arena_alloc(c->arena, sizeof(*row));

	wanted[0] = call_param(c, 1);
	*row = (struct field){
		.name = "flow_id",
		.type = FIELD_CHOICE,
		.choices = wanted,
	};
	if (flow_id != NULL && !text_equal(flow_id, wanted[0]))
		add_fault(c, member,
		    &(struct fault){
			.field = row, .kind = FAULT_CHOICE, .within = "" });
}

/* A version as it is stored and shown: its five members in this order. */
static const char *
write_version(struct call *c, const struct flow_version *v)
{
	struct buf text;
	struct doc d;

	buf_init(&text, c->family->body_max_bytes);
	doc_init(&d, &text);
	doc_object(&d, NULL);
	doc_text(&d, "flow_id", call_param(c, 1));
	doc_text(&d, "flow_name", v->name.text);
	doc_text(&d, "flow_version_id", v->id.text);
	doc_text(&d, "flow_version_status", v->status.text);
	doc_text(&d, "flow_trigger_type", v->trigger.text);
	doc_object_end(&d);
	return take_text(&text, c->arena);
}

/* Read one of the versions; its faults are told with their member's name. */
static const char *
read_version(struct call *c, const char *member, const char *json)
{
	struct flow_version v = { 0 };
	struct faults found;
	struct scan scan;
	size_t i;

	if (json == NULL)
		return NULL;
	field_read_body(&version_table,
	    body_parse(json, strlen(json), c->arena, &scan), &v, c->arena,
	    &found);
	for (i = 0; i < found.count; i++)
		add_fault(c, member, &found.list[i]);
	check_flow_id(c, member, v.flow_id.text);
	return c->faults.count == 0 ? write_version(c, &v) : NULL;
}

enum err
voice_flow_prepare(struct call *c)
{
	const struct voice_flow *b = c->body;
	struct flow *f = arena_alloc(c->arena, sizeof(*f));

	f->prompt_id = call_param(c, 0);
	f->flow_id = call_param(c, 1);
	if (text_length(f->flow_id) > FLOW_ID_MAX)
		return call_fail(c, ERR_BODY_INVALID, "flow_id",
		    "It must not be longer than 255 characters.");
	c->faults.room = 2 * (FAULTS_OF_VERSION + 1);
	c->faults.list =
	    arena_alloc(c->arena, c->faults.room * sizeof(*c->faults.list));
	f->published =
	    read_version(c, "published_flow_version", b->published.json);
	f->draft = read_version(c, "draft_flow_version", b->draft.json);
	if (c->faults.count > 0)
		return call_fail(
		    c, ERR_BODY_INVALID, c->faults.list[0].name, NULL);
	if (f->published == NULL || (b->draft.json != NULL && f->draft == NULL))
		return call_fail(c, ERR_INTERNAL, NULL, "no memory");
	c->prepared = f;
	return ERR_NONE;
}

/* An entity tag's first part: a digest of what the flow says, so that a
 * prompt that is restored brings back the tags that stood for the same. */
static const char *
digest_flow(struct call *c, const struct flow *f)
{
	const char *draft = f->draft == NULL ? "" : f->draft;
	unsigned char digest[crypto_hash_sha256_BYTES];
	char *shown = arena_alloc(c->arena, 2 * sizeof(digest) + 1);
	crypto_hash_sha256_state state;

	crypto_hash_sha256_init(&state);
	crypto_hash_sha256_update(&state, (const unsigned char *)f->published,
	    strlen(f->published) + 1);
	crypto_hash_sha256_update(
	    &state, (const unsigned char *)draft, strlen(draft));
	crypto_hash_sha256_final(&state, digest);
	text_hex(digest, sizeof(digest), shown);
	return shown;
}

/* Find the flow of the path, and hold it against If-Match; *found tells
 * whether there is one. */
static enum err
find_flow(struct call *c, struct txn *t, struct flow *out, bool *found)
{
	struct recording r;
	enum err err;

	if ((err = recording_find(t, call_param(c, 0), &r)) != ERR_NONE)
		return err;
	err = flow_find(t, r.prompt.id, call_param(c, 1), out);
	*found = err == ERR_NONE;
	if (err == ERR_FLOW_UNKNOWN &&
	    request_param(&c->request, "HTTP_IF_MATCH") == NULL)
		return ERR_NONE;
	if (err == ERR_FLOW_UNKNOWN)
		return call_fail(c, ERR_STALE, NULL, NULL);
	if (err != ERR_NONE)
		return err;
	return call_precondition(c, digest_flow(c, out), out->created_at);
}

enum err
voice_flow_put(struct call *c, struct txn *t)
{
	const struct flow *wanted = c->prepared;
	struct flow old = { 0 }, f = { 0 };
	bool found = false;
	enum err err;

	if ((err = find_flow(c, t, &old, &found)) != ERR_NONE)
		return err;
	err = found ? flow_update(t, &old, wanted, &f)
		    : flow_create(t, wanted, &f);
	if (err != ERR_NONE)
		return err;
	show_flow(voice_begin_reply(c, found ? 200 : 201), &f);
	call_etag(c, digest_flow(c, &f), f.created_at);
	return ERR_NONE;
}

enum err
voice_flow_delete(struct call *c, struct txn *t)
{
	struct flow f;
	bool found = false;
	enum err err;

	if ((err = find_flow(c, t, &f, &found)) != ERR_NONE ||
	    (err = flow_delete(t, call_param(c, 0), call_param(c, 1))) !=
		ERR_NONE)
		return err;
	call_reply_empty(c, 204);
	return ERR_NONE;
}
