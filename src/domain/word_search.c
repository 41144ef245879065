/* SPDX-License-Identifier: MIT */
#include "domain/word_search.h"

#include "base/text.h"
#include "store/query.h"

#include <string.h>

/* One term as it was written. */
struct term {
	const char *text;
	bool is_quoted;
	bool is_unwanted; /* -term */
};

/* What is looked for, as it grows term by term. */
struct plan {
	const char *lines;      /* for search_weigh; "": nothing */
	const char *expression; /* for FTS5: " AND (…)"; "" asks for none */
	const char *line;       /* the alternative that is being read */
	const char *words;      /* and its wanted words */
	bool is_open;           /* some alternative wants no word */
};

/* Words that say nothing: PostgreSQL's English ones, as px0 searched so. */
static const char stop_words[] =
    " i me my myself we our ours ourselves you your yours yourself yourselves"
    " he him his himself she her hers herself it its itself they them their"
    " theirs themselves what which who whom this that these those am is are"
    " was were be been being have has had having do does did doing a an the"
    " and but if because as until while of at by for with about against"
    " between into through during before after above below to from up down in"
    " out on off over under again further then once here there when where why"
    " how all any both each few more most other some such no nor not only own"
    " same so than too very s t can will just don should now ";

static bool
is_stop_word(struct arena *a, const char *word)
{
	char *key = arena_printf(a, " %s ", word), *c;

	for (c = key; *c != '\0'; c++) {
		if (*c >= 'A' && *c <= 'Z')
			*c = (char)(*c - 'A' + 'a');
	}
	return strstr(stop_words, key) != NULL;
}

static bool
is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Read the term at *at and step behind it; false at the end. */
static bool
read_term(struct arena *a, const char **at, struct term *out)
{
	const char *text = *at, *end;

	while (is_blank(*text))
		text++;
	if (*text == '\0')
		return false;
	out->is_unwanted =
	    *text == '-' && text[1] != '\0' && !is_blank(text[1]);
	if (out->is_unwanted)
		text++;
	out->is_quoted = *text == '"';
	if (out->is_quoted)
		text++;
	for (end = text; *end != '\0' && *end != '"'; end++) {
		if (!out->is_quoted && is_blank(*end))
			break;
	}
	out->text = arena_copy(a, text, (size_t)(end - text));
	*at = end + (out->is_quoted && *end == '"');
	return true;
}

/* Cut a term by the index's tokenizers; both NULL when it has no word. */
static enum err
cut_term(
    struct txn *t, const char *text, const char **tokens, const char **stems)
{
	struct query q;

	*tokens = *stems = NULL;
	query_start(&q, t, STATEMENT_WORD_SEARCH_CUT);
	query_text(&q, ":text", text);
	if (query_row(&q)) {
		*tokens = query_take_text(&q);
		*stems = query_take_text(&q);
	}
	return query_end(&q);
}

static enum err
add_term(struct txn *t, struct plan *p, const struct term *term)
{
	struct arena *a = txn_arena(t);
	const char *tokens, *stems;
	enum err err = cut_term(t, term->text, &tokens, &stems);

	if (err != ERR_NONE || tokens == NULL || stems == NULL)
		return err;
	p->line =
	    arena_printf(a, "%s%s%s%s", p->line, p->line[0] == '\0' ? "" : "\t",
		term->is_unwanted ? "-" : "", stems);
	if (!term->is_unwanted)
		p->words = arena_printf(a, "%s%s%s", p->words,
		    p->words[0] == '\0' ? "" : " AND ", tokens);
	return ERR_NONE;
}

/* The alternative is complete. */
static void
end_line(struct arena *a, struct plan *p)
{
	if (p->line[0] != '\0') {
		p->lines = arena_printf(a, "%s%s%s", p->lines,
		    p->lines[0] == '\0' ? "" : "\n", p->line);
		p->expression = arena_printf(a, "%s%s(%s)", p->expression,
		    p->expression[0] == '\0' ? "" : " OR ", p->words);
		p->is_open = p->is_open || p->words[0] == '\0';
	}
	p->line = p->words = "";
}

static enum err
read_plan(struct txn *t, const char *text, struct plan *p)
{
	struct arena *a = txn_arena(t);
	enum err err = ERR_NONE;
	struct term term;
	size_t count = 0;

	while (err == ERR_NONE && read_term(a, &text, &term)) {
		if (!term.is_quoted && !term.is_unwanted &&
		    text_equal_nocase(term.text, "or"))
			end_line(a, p);
		else if ((term.is_quoted || !is_stop_word(a, term.text)) &&
		    count++ < WORD_SEARCH_TERMS_MAX)
			err = add_term(t, p, &term);
	}
	end_line(a, p);
	if (p->is_open || p->expression[0] == '\0')
		p->expression = "";
	else
		p->expression = arena_printf(a, " AND (%s)", p->expression);
	return err;
}

enum err
word_search(struct txn *t, const char *token_id, const char *text,
    struct search_hits *out)
{
	struct plan p = {
		.lines = "", .expression = "", .line = "", .words = ""
	};
	bool is_behind = false;
	struct query q;
	enum err err;

	if ((err = read_plan(t, text, &p)) != ERR_NONE ||
	    (err = search_is_behind(t, &is_behind)) != ERR_NONE)
		return err;
	query_start(&q, t,
	    is_behind ? STATEMENT_WORD_SEARCH_BY_REACH
		      : STATEMENT_WORD_SEARCH_BY_INDEX);
	if (!is_behind)
		query_text(&q, ":expression", p.expression);
	query_text(&q, ":token_id", token_id);
	query_text(&q, ":plan", p.lines);
	query_integer(&q, ":limit", WORD_SEARCH_HITS_MAX);
	return search_take_hits(&q, out);
}
