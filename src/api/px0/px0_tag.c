/* SPDX-License-Identifier: MIT */
/*
 * Tags: labels that people move from version to version.
 */
#include "api/px0/px0.h"

#include <string.h>

#define TAG_MAX_BYTES 50

/* clang-format off */
static const struct field rows[] = {
	{.name = "tag", .type = FIELD_TEXT, .flags = FIELD_NULL_IS_ABSENT, .offset = offsetof(struct px0_tag_body, tag)},
};
/* clang-format on */
const struct field_table px0_tag_fields = { FIELD_TABLE(rows) };

static bool
is_tag(const char *text)
{
	size_t len = strspn(text,
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	    "0123456789-_.");

	return text[len] == '\0' && len > 0 && len <= TAG_MAX_BYTES;
}

enum err
px0_tag_prepare(struct call *c)
{
	const struct px0_tag_body *b = c->body;

	if (!px0_is_given(&b->tag))
		return px0_refuse_body(c, "tag is required");
	if (!is_tag(b->tag.text))
		return px0_refuse_body(c,
		    "invalid tag format: must be 1-50 characters containing "
		    "only letters, numbers, dashes, underscores, and dots");
	return ERR_NONE;
}

enum err
px0_tag_post(struct call *c, struct txn *t)
{
	const struct px0_tag_body *b = c->body;
	struct version v;
	enum err err;

	if ((err = px0_find_version(c, t, TEAM_EDITOR, &v)) != ERR_NONE ||
	    (err = version_set_tag(t, &v, b->tag.text, &v)) != ERR_NONE)
		return err;
	px0_reply_version(c, 200, &v);
	return ERR_NONE;
}

enum err
px0_tag_list(struct call *c, struct txn *t)
{
	const char *prompt_id;
	struct version_tag tag;
	struct query q;
	struct doc *d;
	enum err err;

	err = px0_reach_prompt(c, t, TEAM_VIEWER, &prompt_id);
	if (err != ERR_NONE)
		return err;
	d = call_reply(c, 200);
	doc_object(d, NULL);
	doc_array(d, "tags");
	version_list_tags(&q, t, prompt_id);
	while (version_next_tag(&q, &tag)) {
		doc_object(d, NULL);
		doc_text(d, "tag", tag.tag);
		doc_integer(d, "version", tag.version);
		doc_object_end(d);
	}
	doc_array_end(d);
	doc_object_end(d);
	call_private(c);
	return query_end(&q);
}

enum err
px0_tag_delete(struct call *c, struct txn *t)
{
	const char *prompt_id;
	enum err err;

	if ((err = px0_reach_prompt(c, t, TEAM_EDITOR, &prompt_id)) !=
		ERR_NONE ||
	    (err = version_delete_tag(t, prompt_id, call_param(c, 1))) !=
		ERR_NONE)
		return err;
	call_reply_empty(c, 204);
	return ERR_NONE;
}
