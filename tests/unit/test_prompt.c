/* SPDX-License-Identifier: MIT */
#include "domain/prompt.h"

#include "base/text.h"
#include "scratch.h"

/*
 * Slugs.
 */

static const struct {
	int line;
	const char *name, *slug;
} slugs[] = {
	{ __LINE__, "My-Custom_Slug!", "my_custom_slug" }, { __LINE__, "", "" },
	{ __LINE__, "a", "a" }, { __LINE__, "A", "a" },
	{ __LINE__, "already_fine_1", "already_fine_1" },
	{ __LINE__, "two words", "two_words" },
	{ __LINE__, "many   \t blanks", "many_blanks" },
	{ __LINE__, "  both ends  ", "both_ends" },
	{ __LINE__, "__both__ends__", "both_ends" },
	{ __LINE__, "a_-_b", "a_b" }, { __LINE__, "a.b/c\\d", "a_b_c_d" },
	{ __LINE__, "!!!", "" }, { __LINE__, "_", "" },
	{ __LINE__, "-1-", "1" }, { __LINE__, "100% sure", "100_sure" },
	{ __LINE__, "line\nbreak", "line_break" },
	/* Letters and digits of any script. */
	{ __LINE__, "Größe", "größe" }, { __LINE__, "ÀÉÎ", "àéî" },
	{ __LINE__, "Привет, Мир", "привет_мир" },
	{ __LINE__, "ΑΒΓ δ", "αβγ_δ" },
	{ __LINE__, "日本語 プロンプト", "日本語_プロンプト" },
	{ __LINE__, "٣ أرقام", "٣_أرقام" },
	{ __LINE__, "\xc8\xba", "\xe2\xb1\xa5" }, /* grows from 2 bytes to 3 */
	{ __LINE__, "\xc8\xba\xc8\xba\xc8\xba",
	    "\xe2\xb1\xa5\xe2\xb1\xa5\xe2\xb1\xa5" },
	{ __LINE__, "\xf0\x90\x90\x80", "\xf0\x90\x90\xa8" }, /* Deseret */
	/* What is neither. */
	{ __LINE__, "emoji 🙂 inside", "emoji_inside" },
	{ __LINE__, "🙂", "" }, { __LINE__, "em — dash", "em_dash" },
	{ __LINE__,
	    "no\xc2\xa0"
	    "break",
	    "no_break" },
	{ __LINE__, "\xe2\x80\x8bzero", "zero" }, /* zero width space */
};

static void
slugs_are_made_by_the_rule(void **state)
{
	struct arena *a = arena_new();
	const char *slug;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(slugs); i++) {
		slug = prompt_slug(a, slugs[i].name);
		if (!text_equal(slug, slugs[i].slug))
			fail_msg("line %d: %s", slugs[i].line, slug);
	}
	arena_free(a);
}

static void
the_slug_of_a_slug_is_itself(void **state)
{
	struct arena *a = arena_new();
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(slugs); i++)
		assert_string_equal(
		    prompt_slug(a, slugs[i].slug), slugs[i].slug);
	arena_free(a);
}

static void
slugs_do_not_depend_on_the_locale(void **state)
{
	struct arena *a = arena_new();

	(void)state;
	setenv("LC_ALL", "C", 1);
	assert_string_equal(prompt_slug(a, "ÀÉÎ"), "àéî");
	unsetenv("LC_ALL");
	arena_free(a);
}

/*
 * Prompts.
 */

static int
setup(void **state)
{
	struct scratch *s;

	if (scratch_setup(state) != 0)
		return -1;
	s = *state;
	s->call.now_ms = 1000;
	scratch_write(s,
	    "INSERT INTO user (id, email, email_key, name, role, created_at)"
	    "VALUES ('ada', 'a', 'a', 'Ada', 'member', 0),"
	    "('bob', 'b', 'b', 'Bob', 'member', 0);"
	    "INSERT INTO organisation (id, name, created_at)"
	    "VALUES ('o', 'o', 0);"
	    "INSERT INTO team (id, organisation_id, name, created_at)"
	    "VALUES ('t', 'o', 't', 0);"
	    "INSERT INTO project (id, team_id, name, slug, created_at)"
	    "VALUES ('p', 't', 'p', 'p', 0), ('q', 't', 'q', 'q', 0)");
	return 0;
}

/* What a step brings and what it leaves. */
struct step {
	struct prompt first;      /* create */
	const char *id;           /* find, update, delete */
	const struct prompt *old; /* update: NULL finds it first */
	struct prompt_patch patch;
	const char *author_id;
	struct prompt out;
};

static enum err
create(struct txn *t, void *step)
{
	struct step *o = step;

	return prompt_create(t, &o->first, &o->out);
}

static enum err
find(struct txn *t, void *step)
{
	struct step *o = step;

	return prompt_find(t, o->id, &o->out);
}

static enum err
update(struct txn *t, void *step)
{
	struct step *o = step;
	struct prompt old;
	enum err err;

	if (o->old != NULL)
		old = *o->old;
	else if ((err = prompt_find(t, o->id, &old)) != ERR_NONE)
		return err;
	return prompt_update(t, &old, &o->patch, o->author_id, &o->out);
}

static enum err delete (struct txn *t, void *step) {
	struct step *o = step;

	return prompt_delete(t, o->id);
}

static struct step
named(const char *name)
{
	return (struct step){
		.first = { .project_id = "p",
		    .owner_id = "ada",
		    .name = name,
		    .content = "Say it.",
		    .model = "gpt",
		    .tags = "[\"one\"]",
		    .version = 1 },
	};
}

static struct prompt
make(struct scratch *s, const char *name)
{
	struct step o = named(name);

	assert_int_equal(scratch_run(s, TXN_WRITE, create, &o), ERR_NONE);
	return o.out;
}

static struct prompt
look(struct scratch *s, const char *id)
{
	struct step o = { .id = id };

	assert_int_equal(scratch_run(s, TXN_READ, find, &o), ERR_NONE);
	return o.out;
}

static struct step
content_of(const char *id, const char *content)
{
	return (struct step){
		.id = id,
		.patch.content = { .given = GIVEN_VALUE, .text = content },
		.author_id = "bob",
	};
}

static struct prompt
set_content(struct scratch *s, const char *id, const char *content)
{
	struct step o = content_of(id, content);

	assert_int_equal(scratch_run(s, TXN_WRITE, update, &o), ERR_NONE);
	return o.out;
}

static void
assert_same_text(const char *a, const char *b)
{
	if (a == NULL || b == NULL)
		assert_true(a == b);
	else
		assert_string_equal(a, b);
}

static void
assert_same(const struct prompt *a, const struct prompt *b)
{
	assert_same_text(a->id, b->id);
	assert_same_text(a->kind, b->kind);
	assert_same_text(a->project_id, b->project_id);
	assert_same_text(a->owner_id, b->owner_id);
	assert_same_text(a->slug, b->slug);
	assert_same_text(a->name, b->name);
	assert_same_text(a->description, b->description);
	assert_same_text(a->status, b->status);
	assert_int_equal(a->is_active, b->is_active);
	assert_int_equal(a->version, b->version);
	assert_int_equal(a->last_version, b->last_version);
	assert_same_text(a->content, b->content);
	assert_same_text(a->system_prompt, b->system_prompt);
	assert_same_text(a->model, b->model);
	assert_same_text(a->model_params, b->model_params);
	assert_same_text(a->tags, b->tags);
	assert_same_text(a->section, b->section);
	assert_same_text(a->sub_section, b->sub_section);
	assert_same_text(a->route, b->route);
	assert_same_text(a->categories, b->categories);
	assert_same_text(a->tone, b->tone);
	assert_same_text(a->output_format, b->output_format);
	assert_same_text(a->few_shot, b->few_shot);
	assert_same_text(a->context, b->context);
	assert_same_text(a->payload_schema, b->payload_schema);
	assert_same_text(a->asset_id, b->asset_id);
	assert_same_text(a->file_name, b->file_name);
	assert_int_equal(a->created_at, b->created_at);
	assert_same_text(a->created_by, b->created_by);
	assert_int_equal(a->updated_at, b->updated_at);
	assert_same_text(a->updated_by, b->updated_by);
	assert_int_equal(a->revision, b->revision);
}

static void
a_prompt_is_created_with_its_first_version(void **state)
{
	struct scratch *s = *state;
	struct prompt p = make(s, "My Prompt"), found = look(s, p.id);

	assert_true(text_is_uuid(p.id));
	assert_string_equal(p.kind, "text");
	assert_string_equal(p.slug, "my_prompt");
	assert_string_equal(p.description, "");
	assert_string_equal(p.status, "active");
	assert_string_equal(p.categories, "[]");
	assert_int_equal(p.version, 1);
	assert_int_equal(p.last_version, 1);
	assert_int_equal(p.revision, 1);
	assert_int_equal(p.created_at, 1000);
	assert_int_equal(p.updated_at, 1000);
	assert_string_equal(p.created_by, "ada");
	assert_string_equal(p.updated_by, "ada");
	assert_same(&p, &found);
	scratch_assert_text(s,
	    "SELECT version || state || content || author_id || created_at"
	    " FROM prompt_version",
	    "1releasedSay it.ada1000");
}

static void
creating_and_updating_a_prompt_leave_one_audit_row_each(void **state)
{
	struct scratch *s = *state;
	struct prompt p = make(s, "audited");

	set_content(s, p.id, "again");
	scratch_assert_text(s,
	    "SELECT group_concat(entity || ' ' || action, ', ')"
	    " FROM audit_log WHERE prompt_id IS NOT NULL",
	    "prompt CREATE, prompt UPDATE");
	scratch_assert_text(s,
	    "SELECT changes FROM audit_log ORDER BY seq DESC LIMIT 1",
	    "{\"version\":{\"old\":1,\"new\":2},"
	    "\"content\":{\"old\":\"Say it.\",\"new\":\"again\"}}");
}

static void
a_prompt_may_begin_without_a_version(void **state)
{
	struct scratch *s = *state;
	struct step o = named("unreleased");

	o.first.version = 0;
	assert_int_equal(scratch_run(s, TXN_WRITE, create, &o), ERR_NONE);
	assert_int_equal(o.out.version, 0);
	assert_int_equal(o.out.last_version, 0);
	assert_int_equal(
	    scratch_number(s, "SELECT count(*) FROM prompt_version"), 0);
	/* The first linear write releases version 1. */
	assert_int_equal(set_content(s, o.out.id, "x").version, 1);
}

static void
names_alike_get_slugs_of_their_own(void **state)
{
	struct scratch *s = *state;
	struct prompt one = make(s, "Same"), other = make(s, "same!");

	assert_string_equal(one.slug, "same");
	assert_true(text_starts(other.slug, "same_"));
	assert_int_equal(strlen(other.slug), strlen("same_") + 12);
	assert_string_equal(other.slug + 5, other.id + 24);
}

static void
names_without_a_letter_get_slugs_of_their_own(void **state)
{
	struct scratch *s = *state;

	assert_string_equal(make(s, "???").slug, "");
	assert_int_equal(strlen(make(s, "!!!").slug), 1 + 12);
}

static void
a_given_slug_that_is_taken_is_refused(void **state)
{
	struct scratch *s = *state;
	struct step o = named("Other");

	make(s, "Taken");
	o.first.slug = "taken";
	assert_int_equal(scratch_run(s, TXN_WRITE, create, &o), ERR_NAME_TAKEN);
	assert_int_equal(scratch_number(s, "SELECT count(*) FROM prompt"), 1);
	/* In another project it is free. */
	o.first.project_id = "q";
	assert_int_equal(scratch_run(s, TXN_WRITE, create, &o), ERR_NONE);
	assert_string_equal(o.out.slug, "taken");
}

static void
voice_prompts_have_names_of_their_own(void **state)
{
	struct scratch *s = *state;
	struct step o = named("Greeting"), other = named("Hello");
	struct prompt text = make(s, "Greeting");

	o.first.kind = other.first.kind = "tts";
	assert_int_equal(scratch_run(s, TXN_WRITE, create, &o), ERR_NONE);
	assert_string_not_equal(o.out.slug, text.slug);
	assert_int_equal(scratch_run(s, TXN_WRITE, create, &o), ERR_NAME_TAKEN);
	/* By an update, too. */
	assert_int_equal(scratch_run(s, TXN_WRITE, create, &other), ERR_NONE);
	other.id = other.out.id;
	other.author_id = "ada";
	other.patch.name =
	    (struct given_text){ .given = GIVEN_VALUE, .text = "Greeting" };
	assert_int_equal(
	    scratch_run(s, TXN_WRITE, update, &other), ERR_NAME_TAKEN);
	assert_string_equal(look(s, other.id).name, "Hello");
	assert_int_equal(look(s, other.id).version, 1);
}

static void
an_update_appends_a_version_and_keeps_the_old_one(void **state)
{
	struct scratch *s = *state;
	struct prompt p = make(s, "kept"), updated, found;

	s->call.now_ms = 2000;
	updated = set_content(s, p.id, "Say it again.");
	found = look(s, p.id);
	assert_same(&updated, &found);
	assert_int_equal(found.version, 2);
	assert_int_equal(found.last_version, 2);
	assert_int_equal(found.revision, 2);
	assert_int_equal(found.created_at, 1000);
	assert_int_equal(found.updated_at, 2000);
	assert_string_equal(found.created_by, "ada");
	assert_string_equal(found.updated_by, "bob");
	assert_string_equal(found.tags, "[\"one\"]"); /* not given: kept */
	scratch_assert_text(s,
	    "SELECT group_concat(version || content || author_id, ' ')"
	    " FROM (SELECT * FROM prompt_version ORDER BY version)",
	    "1Say it.ada 2Say it again.bob");
}

static void
an_empty_update_appends_a_version_too(void **state)
{
	struct scratch *s = *state;
	struct prompt p = make(s, "touched");
	struct step o = { .id = p.id, .author_id = "ada" };

	assert_int_equal(scratch_run(s, TXN_WRITE, update, &o), ERR_NONE);
	assert_int_equal(o.out.version, 2);
	assert_int_equal(o.out.revision, 2);
	assert_string_equal(o.out.content, "Say it.");
}

#define TEXT(value)                                   \
	{                                             \
		.given = GIVEN_VALUE, .text = (value) \
	}
#define JSON(value)                                   \
	{                                             \
		.given = GIVEN_VALUE, .json = (value) \
	}

static void
every_member_of_a_patch_reaches_prompt_and_version(void **state)
{
	struct scratch *s = *state;
	struct prompt p = make(s, "all"), found;
	struct step o = {
		.id = p.id,
		.author_id = "bob",
		.patch = { .name = TEXT("n"),
		    .description = TEXT("d"),
		    .is_active = { .given = GIVEN_VALUE, .value = true },
		    .content = TEXT("c"),
		    .system_prompt = TEXT("sp"),
		    .model = TEXT("m"),
		    .model_params = JSON("{\"t\":1}"),
		    .tags = JSON("[\"two\"]"),
		    .section = TEXT("se"),
		    .sub_section = TEXT("su"),
		    .route = TEXT("ro"),
		    .categories = JSON("[\"ca\"]"),
		    .tone = TEXT("to"),
		    .output_format = TEXT("of"),
		    .few_shot = JSON("[1]"),
		    .context = JSON("{\"x\":2}"),
		    .file_name = TEXT("fi") },
	};

	assert_int_equal(scratch_run(s, TXN_WRITE, update, &o), ERR_NONE);
	found = look(s, p.id);
	assert_same(&o.out, &found);
	assert_string_equal(found.slug, "all"); /* a name does not move it */
	assert_string_equal(found.name, "n");
	assert_string_equal(found.description, "d");
	assert_true(found.is_active);
	assert_string_equal(found.content, "c");
	assert_string_equal(found.system_prompt, "sp");
	assert_string_equal(found.model, "m");
	assert_string_equal(found.model_params, "{\"t\":1}");
	assert_string_equal(found.tags, "[\"two\"]");
	assert_string_equal(found.section, "se");
	assert_string_equal(found.sub_section, "su");
	assert_string_equal(found.route, "ro");
	assert_string_equal(found.categories, "[\"ca\"]");
	assert_string_equal(found.tone, "to");
	assert_string_equal(found.output_format, "of");
	assert_string_equal(found.few_shot, "[1]");
	assert_string_equal(found.context, "{\"x\":2}");
	assert_string_equal(found.file_name, "fi");
	scratch_assert_text(s,
	    "SELECT name || description || is_active || content ||"
	    " system_prompt || model || model_params || tags || section ||"
	    " sub_section || route || categories || tone || output_format ||"
	    " few_shot || context || file_name"
	    " FROM prompt_version WHERE version = 2",
	    "nd1cspm{\"t\":1}[\"two\"]sesuro[\"ca\"]toof[1]{\"x\":2}fi");
}

static void
null_clears_what_may_be_null(void **state)
{
	struct scratch *s = *state;
	struct prompt p = make(s, "cleared");
	struct step o = {
		.id = p.id,
		.author_id = "ada",
		.patch.model = { .given = GIVEN_NULL },
	};

	assert_int_equal(scratch_run(s, TXN_WRITE, update, &o), ERR_NONE);
	assert_null(look(s, p.id).model);
}

static void
an_update_on_a_stale_row_is_refused_and_changes_nothing(void **state)
{
	struct scratch *s = *state;
	struct prompt old = make(s, "stale"), now;
	struct step o = content_of(old.id, "late");

	now = set_content(s, old.id, "early");
	o.old = &old;
	assert_int_equal(scratch_run(s, TXN_WRITE, update, &o), ERR_STALE);
	assert_int_equal(look(s, old.id).revision, now.revision);
	assert_string_equal(look(s, old.id).content, "early");
	assert_int_equal(
	    scratch_number(s, "SELECT count(*) FROM prompt_version"), 2);
}

static void
an_update_of_what_was_deleted_meanwhile_is_stale(void **state)
{
	struct scratch *s = *state;
	struct prompt old = make(s, "gone");
	struct step o = content_of(old.id, "late");

	assert_int_equal(scratch_run(s, TXN_WRITE, delete, &o), ERR_NONE);
	o.old = &old;
	assert_int_equal(scratch_run(s, TXN_WRITE, update, &o), ERR_STALE);
}

static void
the_number_of_a_deleted_release_is_never_given_again(void **state)
{
	struct scratch *s = *state;
	struct prompt p = make(s, "numbers");

	set_content(s, p.id, "two");
	assert_int_equal(set_content(s, p.id, "three").version, 3);
	/* Back to 1, and away with the two newest. */
	scratch_write(s,
	    "UPDATE prompt SET version = 1;"
	    "DELETE FROM prompt_version WHERE version > 1");
	assert_int_equal(set_content(s, p.id, "four").version, 4);
	assert_int_equal(look(s, p.id).last_version, 4);
}

static void
add_draft(struct scratch *s, const char *id, int version)
{
	scratch_write(s,
	    arena_printf(s->arena,
		"INSERT INTO prompt_version (prompt_id, version,"
		"id, state, name, description, is_active,"
		"content, tags, categories, author_id,"
		"created_at) VALUES ('%s', %d, 'draft-%d',"
		"'draft', 'n', '', 0, 'draft', '[]', '[]',"
		"'ada', 0)",
		id, version, version));
}

static void
an_update_takes_the_number_after_the_newest_draft(void **state)
{
	struct scratch *s = *state;
	struct prompt p = make(s, "drafts");

	add_draft(s, p.id, 2);
	add_draft(s, p.id, 3);
	assert_int_equal(set_content(s, p.id, "released").version, 4);
	scratch_assert_text(s,
	    "SELECT group_concat(version || state, ' ')"
	    " FROM (SELECT * FROM prompt_version ORDER BY version)",
	    "1released 2draft 3draft 4released");
}

static void
the_number_of_a_deleted_draft_is_given_again(void **state)
{
	struct scratch *s = *state;
	struct prompt p = make(s, "redrafted");

	add_draft(s, p.id, 2);
	scratch_write(s, "DELETE FROM prompt_version WHERE version = 2");
	assert_int_equal(set_content(s, p.id, "released").version, 2);
}

static void
a_deleted_prompt_takes_all_that_belongs_to_it_along(void **state)
{
	struct scratch *s = *state;
	struct prompt p = make(s, "parent"), other = make(s, "other");
	struct step o = { .id = p.id };

	set_content(s, p.id, "two");
	scratch_write(s,
	    arena_printf(s->arena,
		"INSERT INTO payload (id, prompt_id, name,"
		"variables, created_at, updated_at)"
		"VALUES ('pay', '%s', 'n', '{}', 0, 0);"
		"INSERT INTO comment (id, prompt_id, parent_id,"
		"content, author_id, created_at, updated_at)"
		"VALUES ('c1', '%s', NULL, 'x', 'ada', 0, 0),"
		"('c2', '%s', 'c1', 'y', 'ada', 0, 0);"
		"INSERT INTO run_log (id, prompt_id, output,"
		"model_used, created_at)"
		"VALUES ('l', '%s', 'x', 'm', 0);"
		"INSERT INTO version_tag (prompt_id, tag,"
		"version, created_at)"
		"VALUES ('%s', 'best', 1, 0)",
		p.id, p.id, p.id, p.id, p.id));
	assert_int_equal(scratch_run(s, TXN_WRITE, delete, &o), ERR_NONE);
	assert_int_equal(
	    scratch_run(s, TXN_READ, find, &o), ERR_PROMPT_UNKNOWN);
	assert_int_equal(scratch_number(s,
			     "SELECT (SELECT count(*) FROM payload) +"
			     "(SELECT count(*) FROM comment) +"
			     "(SELECT count(*) FROM run_log) +"
			     "(SELECT count(*) FROM version_tag)"),
	    0);
	assert_int_equal(
	    scratch_number(s, "SELECT count(*) FROM prompt_version"), 1);
	assert_string_equal(look(s, other.id).name, "other");
	/* All of it stands in the audit log: 2 versions, 5 others, itself. */
	assert_int_equal(
	    scratch_number(s,
		arena_printf(s->arena,
		    "SELECT count(*) FROM audit_log WHERE action = 'DELETE'"
		    " AND prompt_id = '%s' AND changes LIKE '{\"deleted\":%%'",
		    p.id)),
	    8);
}

static void
an_unknown_prompt_is_told(void **state)
{
	struct scratch *s = *state;
	struct step o = { .id = "nothing" };

	assert_int_equal(
	    scratch_run(s, TXN_READ, find, &o), ERR_PROMPT_UNKNOWN);
	assert_string_equal(s->failure.field, "id");
	assert_int_equal(
	    scratch_run(s, TXN_WRITE, delete, &o), ERR_PROMPT_UNKNOWN);
}

static void
text_of_any_kind_comes_back_as_it_went_in(void **state)
{
	static const char text[] = "quotes \" ' ` \\ \n\t\x01 'x'; DROP TABLE "
				   "prompt; -- 🙂 \xe2\x80\xa8";
	struct scratch *s = *state;
	struct prompt p = make(s, "text");
	int64_t seq;

	set_content(s, p.id, text);
	assert_string_equal(look(s, p.id).content, text);
	/* And through the audit log, which is JSON. */
	seq = scratch_number(s, "SELECT max(seq) FROM audit_log");
	scratch_assert_text(s,
	    arena_printf(s->arena,
		"SELECT json_extract(changes, '$.content.new')"
		" FROM audit_log WHERE seq = %d",
		(int)seq),
	    text);
}

#define prompt_test(f) \
	cmocka_unit_test_setup_teardown(f, setup, scratch_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(slugs_are_made_by_the_rule),
		cmocka_unit_test(the_slug_of_a_slug_is_itself),
		cmocka_unit_test(slugs_do_not_depend_on_the_locale),
		prompt_test(a_prompt_is_created_with_its_first_version),
		prompt_test(
		    creating_and_updating_a_prompt_leave_one_audit_row_each),
		prompt_test(a_prompt_may_begin_without_a_version),
		prompt_test(names_alike_get_slugs_of_their_own),
		prompt_test(names_without_a_letter_get_slugs_of_their_own),
		prompt_test(a_given_slug_that_is_taken_is_refused),
		prompt_test(voice_prompts_have_names_of_their_own),
		prompt_test(an_update_appends_a_version_and_keeps_the_old_one),
		prompt_test(an_empty_update_appends_a_version_too),
		prompt_test(every_member_of_a_patch_reaches_prompt_and_version),
		prompt_test(null_clears_what_may_be_null),
		prompt_test(
		    an_update_on_a_stale_row_is_refused_and_changes_nothing),
		prompt_test(an_update_of_what_was_deleted_meanwhile_is_stale),
		prompt_test(
		    the_number_of_a_deleted_release_is_never_given_again),
		prompt_test(an_update_takes_the_number_after_the_newest_draft),
		prompt_test(the_number_of_a_deleted_draft_is_given_again),
		prompt_test(
		    a_deleted_prompt_takes_all_that_belongs_to_it_along),
		prompt_test(an_unknown_prompt_is_told),
		prompt_test(text_of_any_kind_comes_back_as_it_went_in),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
