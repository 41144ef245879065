/* SPDX-License-Identifier: MIT */
/*
 * Partial updates of the voice family: a JSON Patch (RFC 6902) of replace and
 * test, or a merge patch (RFC 7396), of what a prompt is called.
 *
 * Either is read into a list of operations, which applies as a whole or not
 * at all.
 */
#include "api/voice/voice.h"

#include "base/text.h"
#include "domain/prompt.h"
#include "domain/recording.h"

/* What can be changed. */
enum member { MEMBER_NAME, MEMBER_DESCRIPTION, MEMBER_COUNT };

static const char *const paths[MEMBER_COUNT] = {
	[MEMBER_NAME] = "/name",
	[MEMBER_DESCRIPTION] = "/description",
};

struct voice_operation {
	bool is_test;
	enum member member;
	const char *value;
};

/* The body may be an array, so its tables are those below. */
const struct field_table voice_patch_fields = { .rows = NULL, .count = 0 };

/*
 * Reading a merge patch.
 */

struct merge {
	struct given_text values[MEMBER_COUNT];
};

/* clang-format off */
static const struct field merge_fields[] = {
	{.name = "name", .type = FIELD_TEXT, .flags = FIELD_TRIM | FIELD_NO_CONTROL, .min = 1, .max = VOICE_NAME_MAX, .offset = offsetof(struct merge, values[MEMBER_NAME])},
	{.name = "description", .type = FIELD_TEXT, .max = VOICE_DESCRIPTION_MAX, .offset = offsetof(struct merge, values[MEMBER_DESCRIPTION])},
};
/* clang-format on */
static const struct field_table merge_table = {
	FIELD_TABLE(merge_fields),
	.refuse_unknown = true,
};

static enum err
read_merge(struct call *c, struct voice_patch *out)
{
	struct merge in = { 0 };
	size_t i;

	if (!field_read_body(&merge_table, c->json, &in, c->arena, &c->faults))
		return call_fail(
		    c, ERR_PATCH_INVALID, c->faults.list[0].name, NULL);
	out->list = arena_alloc(c->arena, MEMBER_COUNT * sizeof(*out->list));
	for (i = 0; i < MEMBER_COUNT; i++) {
		if (in.values[i].given == GIVEN_VALUE)
			out->list[out->count++] = (struct voice_operation){
				.member = (enum member)i,
				.value = in.values[i].text,
			};
	}
	return ERR_NONE;
}

/*
 * Reading a JSON Patch.
 */

struct operation {
	struct given_text op;
	struct given_text path;
	struct given_text value;
};

/* The original writes REPLACE, the standard replace. */
static const char *const deeds[] = { "replace", "test", "REPLACE", "TEST",
	NULL };

/* clang-format off */
static const struct field operation_fields[] = {
	{.name = "op", .type = FIELD_CHOICE, .flags = FIELD_REQUIRED, .choices = deeds, .offset = offsetof(struct operation, op)},
	{.name = "path", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .offset = offsetof(struct operation, path)},
};
static const struct field name_fields[] = {
	{.name = "value", .type = FIELD_TEXT, .flags = FIELD_REQUIRED | FIELD_TRIM | FIELD_NO_CONTROL, .min = 1, .max = VOICE_NAME_MAX, .offset = offsetof(struct operation, value)},
};
static const struct field description_fields[] = {
	{.name = "value", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .max = VOICE_DESCRIPTION_MAX, .offset = offsetof(struct operation, value)},
};
static const struct field test_fields[] = {
	{.name = "value", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .offset = offsetof(struct operation, value)},
};
/* clang-format on */
static const struct field no_object = {
	.name = "operation",
	.type = FIELD_OBJECT,
};
static const struct field_table operation_table = { FIELD_TABLE(
    operation_fields) };
static const struct field_table test_table = { FIELD_TABLE(test_fields) };
static const struct field_table replace_tables[MEMBER_COUNT] = {
	[MEMBER_NAME] = { FIELD_TABLE(name_fields) },
	[MEMBER_DESCRIPTION] = { FIELD_TABLE(description_fields) },
};

/* What an operation can have against it at most. */
#define FAULTS_OF_ONE 2

static void
add_fault(struct call *c, const struct fault *f, const char *name)
{
	struct fault *added = &c->faults.list[c->faults.count++];

	*added = *f;
	added->name = name;
}

/* A fault is told by the path that it is about; where the operation names
 * none, by its own place in the body. */
static void
add_faults(
    struct call *c, const struct faults *found, const char *path, size_t place)
{
	const struct fault *f;
	size_t i;

	for (i = 0; i < found->count; i++) {
		f = &found->list[i];
		add_fault(c, f,
		    path != NULL && f->kind != FAULT_MISSING
			? path
			: arena_printf(
			      c->arena, "%zu.%s", place, f->field->name));
	}
}

static bool
find_member(const char *path, enum member *out)
{
	size_t i;

	for (i = 0; i < MEMBER_COUNT; i++) {
		if (text_equal(paths[i], path)) {
			*out = (enum member)i;
			return true;
		}
	}
	return false;
}

/* Read an operation's op and path; false when it has faults. */
static bool
read_deed(struct call *c, const struct body *item, size_t place,
    struct operation *in, struct voice_operation *out)
{
	struct faults found;
	bool is_sound;

	is_sound =
	    field_read_body(&operation_table, item, in, c->arena, &found);
	add_faults(c, &found, in->path.text, place);
	if (in->path.text != NULL &&
	    !find_member(in->path.text, &out->member)) {
		add_fault(c,
		    &(struct fault){ .kind = FAULT_UNKNOWN, .within = "" },
		    in->path.text);
		return false;
	}
	if (is_sound)
		out->is_test = text_equal_nocase(in->op.text, "test");
	return is_sound;
}

static void
read_operation(struct call *c, const struct body *item, size_t place,
    struct voice_operation *out)
{
	struct operation in = { 0 };
	struct faults found;

	if (body_kind(item) != SCAN_OBJECT) {
		add_fault(c,
		    &(struct fault){
			.field = &no_object, .kind = FAULT_TYPE, .within = "" },
		    arena_printf(c->arena, "%zu", place));
		return;
	}
	if (!read_deed(c, item, place, &in, out))
		return;
	if (!field_read_body(
		out->is_test ? &test_table : &replace_tables[out->member], item,
		&in, c->arena, &found))
		add_faults(c, &found, in.path.text, place);
	out->value = in.value.text;
}

static enum err
read_operations(struct call *c, struct voice_patch *out)
{
	size_t i, count = body_count(c->json);

	c->faults.count = 0;
	c->faults.room = FAULTS_MAX + FAULTS_OF_ONE;
	c->faults.list =
	    arena_alloc(c->arena, c->faults.room * sizeof(*c->faults.list));
	out->list = arena_alloc(c->arena, count * sizeof(*out->list));
	for (i = 0; i < count && c->faults.count < FAULTS_MAX; i++)
		read_operation(
		    c, body_item(c->json, i, c->arena), i, &out->list[i]);
	if (c->faults.count > 0)
		return call_fail(
		    c, ERR_PATCH_INVALID, c->faults.list[0].name, NULL);
	out->count = count;
	return ERR_NONE;
}

/* Plain application/json may be either: the documentation shows an array,
 * a client in use sends an object. */
enum err
voice_patch_prepare(struct call *c)
{
	const struct request *r = &c->request;
	enum scan_kind kind = body_kind(c->json);

	if (kind == SCAN_ARRAY && !request_has_type(r, VOICE_MERGE_TYPE))
		return read_operations(c, c->body);
	if (kind == SCAN_OBJECT && !request_has_type(r, VOICE_PATCH_TYPE))
		return read_merge(c, c->body);
	return call_fail(c, ERR_PATCH_INVALID, NULL,
	    request_has_type(r, VOICE_PATCH_TYPE)
		? "The body must be an array of operations."
		: request_has_type(r, VOICE_MERGE_TYPE)
		? "The body must be an object."
		: "The body must be an array of operations or an object.");
}

/*
 * Applying.
 */

/* Carry the operations out on the values, in their order. */
static enum err
apply(struct call *c, const char *values[MEMBER_COUNT])
{
	const struct voice_patch *patch = c->body;
	const struct voice_operation *o;
	size_t i;

	for (i = 0; i < patch->count; i++) {
		o = &patch->list[i];
		if (!o->is_test)
			values[o->member] = o->value;
		else if (!text_equal(values[o->member], o->value))
			return call_fail(c, ERR_TEST_FAILED, paths[o->member],
			    arena_printf(c->arena,
				"Operation %zu: %s has another value.", i,
				paths[o->member]));
	}
	return ERR_NONE;
}

/* What changes nothing in the end leaves no version. */
enum err
voice_prompt_patch(struct call *c, struct txn *t)
{
	struct recording old;
	const struct prompt *p = &old.prompt;
	const char *values[MEMBER_COUNT];
	struct prompt_patch patch = { 0 };
	struct prompt updated;
	enum err err;

	if ((err = recording_find(t, call_param(c, 0), &old)) != ERR_NONE ||
	    (err = call_precondition(c, p->id, p->revision)) != ERR_NONE)
		return err;
	values[MEMBER_NAME] = p->name;
	values[MEMBER_DESCRIPTION] = p->description;
	if ((err = apply(c, values)) != ERR_NONE)
		return err;
	if (!text_equal(values[MEMBER_NAME], p->name) ||
	    !text_equal(values[MEMBER_DESCRIPTION], p->description)) {
		patch.name =
		    (struct given_text){ GIVEN_VALUE, values[MEMBER_NAME] };
		patch.description = (struct given_text){ GIVEN_VALUE,
			values[MEMBER_DESCRIPTION] };
		err = prompt_update(t, p, &patch, c->caller.user_id, &updated);
	}
	return err != ERR_NONE ? err : voice_answer_prompt(c, t, p->id, 200);
}
