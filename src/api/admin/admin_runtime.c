/* SPDX-License-Identifier: MIT */
#include "api/admin/admin.h"

#include "base/text.h"
#include "domain/placeholder.h"
#include "wire/form.h"

#include <string.h>

/* Far above any prompt; names that multiply must not fill the memory. */
#define TEXT_MAX_BYTES ((size_t)16 << 20)

struct names {
	const char **list;
	size_t count;
};

/* Every ?categories=, joined by commas; NULL in *out without any. */
static enum err
join_categories(struct call *c, const char **out)
{
	struct form_param *params;
	size_t i, count = form_split(c->request.query, c->arena, &params);
	const char *joined = NULL;

	for (i = 0; i < count; i++) {
		if (!text_equal(params[i].name, "categories"))
			continue;
		if (params[i].value == NULL)
			return call_fail(
			    c, ERR_QUERY_INVALID, "categories", NULL);
		joined = joined == NULL
		    ? params[i].value
		    : arena_printf(c->arena, "%s,%s", joined, params[i].value);
	}
	*out = joined;
	return ERR_NONE;
}

/* Take the names between the commas, without the blanks around them; those
 * that are empty then do not count. */
static void
split_names(struct call *c, const char *joined, struct names *out)
{
	const char *end, *name;
	size_t len;

	out->count = 0;
	out->list =
	    arena_alloc(c->arena, (strlen(joined) + 1) * sizeof(*out->list));
	for (;; joined = end + 1) {
		end = joined + strcspn(joined, ",");
		len = (size_t)(end - joined);
		name = text_trim(joined, &len);
		if (len > 0)
			out->list[out->count++] =
			    arena_copy(c->arena, name, len);
		if (*end == '\0')
			return;
	}
}

static void
free_buf(void *buf)
{
	buf_free(buf);
}

static enum err
fill(struct call *c, const struct names *names, const char **text)
{
	struct buf *filled;

	if (*text == NULL)
		return ERR_NONE;
	filled = arena_alloc(c->arena, sizeof(*filled));
	buf_init(filled, TEXT_MAX_BYTES);
	arena_on_reset(c->arena, free_buf, filled);
	placeholder_fill_categories(*text, names->list, names->count, filled);
	if (buf_failed(filled))
		return call_fail(c, ERR_INTERNAL, NULL, "the text is too long");
	*text = buf_string(filled);
	return ERR_NONE;
}

static enum err
inject_categories(struct call *c, struct prompt *p)
{
	struct names names;
	const char *joined = NULL;
	enum err err;

	if ((err = join_categories(c, &joined)) != ERR_NONE || joined == NULL ||
	    joined[0] == '\0')
		return err;
	split_names(c, joined, &names);
	if ((err = fill(c, &names, &p->system_prompt)) != ERR_NONE)
		return err;
	return fill(c, &names, &p->content);
}

static bool
is_section(const char *name)
{
	const char *const *section = admin_sections;

	while (*section != NULL && !text_equal(*section, name))
		section++;
	return *section != NULL;
}

enum err
admin_section_get(struct call *c, struct txn *t)
{
	const char *section = call_param(c, 0);
	struct prompt_credits by;
	struct prompt p;
	enum err err;

	if ((err = admin_check_id(c)) != ERR_NONE)
		return err;
	if (!is_section(section))
		return call_fail(c, ERR_PROMPT_UNKNOWN, "section", section);
	if ((err = prompt_find_active(t, section, &p)) != ERR_NONE ||
	    (err = prompt_find_credits(t, p.id, &by)) != ERR_NONE ||
	    admin_not_modified(c, &p, &by) ||
	    (err = inject_categories(c, &p)) != ERR_NONE)
		return err;
	admin_show_reply(c, 200, &p, &by);
	return ERR_NONE;
}
