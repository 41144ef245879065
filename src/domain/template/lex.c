/* SPDX-License-Identifier: MIT */
#include "domain/template/template_private.h"

#include "base/text.h"

#include <string.h>
#include <wctype.h>

#define RUNE_EOF UINT32_MAX
#define RUNE_ILL 0xfffd /* stands for a byte that is no UTF-8 */

/* clang-format off */
static const struct {
	const char *word;
	enum token_kind kind;
} keywords[] = {
	{"block", TOKEN_BLOCK},
	{"break", TOKEN_BREAK},
	{"continue", TOKEN_CONTINUE},
	{"define", TOKEN_DEFINE},
	{"else", TOKEN_ELSE},
	{"end", TOKEN_END},
	{"false", TOKEN_BOOLEAN},
	{"if", TOKEN_IF},
	{"nil", TOKEN_NIL},
	{"range", TOKEN_RANGE},
	{"template", TOKEN_TEMPLATE},
	{"true", TOKEN_BOOLEAN},
	{"with", TOKEN_WITH},
};
/* clang-format on */

void
lex_start(struct lexer *l, const char *input, size_t len, struct arena *a)
{
	memset(l, 0, sizeof(*l));
	l->arena = a;
	l->input = input;
	l->len = len;
	l->line = 1;
	l->locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
}

void
lex_end(struct lexer *l)
{
	if (l->locale != (locale_t)0)
		freelocale(l->locale);
}

static bool
is_space(uint32_t c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static bool
is_word(const struct lexer *l, uint32_t c)
{
	if (c < 0x80)
		return c == '_' || (c >= '0' && c <= '9') ||
		    (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
	return c != RUNE_EOF && c != RUNE_ILL && l->locale != (locale_t)0 &&
	    iswalnum_l((wint_t)c, l->locale);
}

static uint32_t
peek(const struct lexer *l, size_t *step)
{
	*step = 0;
	if (l->pos >= l->len)
		return RUNE_EOF;
	*step = text_utf8_step(l->input + l->pos, l->len - l->pos);
	if (*step == 0) {
		*step = 1;
		return RUNE_ILL;
	}
	return text_utf8_decode(l->input + l->pos, *step);
}

static uint32_t
advance(struct lexer *l)
{
	size_t step;
	uint32_t c = peek(l, &step);

	l->pos += step;
	return c;
}

static bool
starts(const struct lexer *l, size_t at, const char *text)
{
	size_t len = strlen(text);

	return at <= l->len && l->len - at >= len &&
	    memcmp(l->input + at, text, len) == 0;
}

/* Leave what was read out, but count its lines. */
static void
skip(struct lexer *l)
{
	for (; l->start < l->pos; l->start++) {
		if (l->input[l->start] == '\n')
			l->line++;
	}
}

static struct token
emit(struct lexer *l, enum token_kind kind)
{
	struct token token = {
		.kind = kind,
		.pos = l->start,
		.line = l->line,
		.text = l->input + l->start,
		.len = l->pos - l->start,
	};

	skip(l);
	return token;
}

static struct token
emit_error(struct lexer *l, const char *text)
{
	return (struct token){
		.kind = TOKEN_ERROR,
		.pos = l->start,
		.line = l->line,
		.text = text,
		.len = strlen(text),
	};
}

/* As Go's %#U shows a character. */
static struct token
emit_rune_error(struct lexer *l, const char *what, uint32_t c)
{
	char text[5] = { 0 };

	if (c == RUNE_EOF)
		return emit_error(
		    l, arena_printf(l->arena, "%s U+FFFFFFFFFFFFFFFF", what));
	text_utf8_encode(c, text);
	if (c < 0x20 || (c >= 0x7f && c < 0xa0))
		return emit_error(
		    l, arena_printf(l->arena, "%s U+%04X", what, (unsigned)c));
	return emit_error(l,
	    arena_printf(l->arena, "%s U+%04X '%s'", what, (unsigned)c, text));
}

/* White space and the minus of a trim marker, "{{- " and " -}}". */
static bool
left_marker_at(const struct lexer *l, size_t at)
{
	return at + 1 < l->len && l->input[at] == '-' &&
	    is_space((unsigned char)l->input[at + 1]);
}

static bool
right_marker_at(const struct lexer *l, size_t at)
{
	return at + 1 < l->len && l->input[at + 1] == '-' &&
	    is_space((unsigned char)l->input[at]);
}

static bool
at_right_delim(const struct lexer *l, bool *trims)
{
	*trims = right_marker_at(l, l->pos) && starts(l, l->pos + 2, "}}");
	return *trims || starts(l, l->pos, "}}");
}

static void
skip_spaces(struct lexer *l)
{
	while (l->pos < l->len && is_space((unsigned char)l->input[l->pos]))
		l->pos++;
	skip(l);
}

/* The comment at pos, up to and with its delimiter.  False with an error. */
static bool
skip_comment(struct lexer *l, struct token *error)
{
	const char *rest = l->input + l->pos + 2;
	const char *end = memmem(rest, l->len - l->pos - 2, "*/", 2);
	bool trims;

	if (end == NULL) {
		*error = emit_error(l, "unclosed comment");
		return false;
	}
	l->pos = (size_t)(end - l->input) + 2;
	if (!at_right_delim(l, &trims)) {
		*error = emit_error(l, "comment ends before closing delimiter");
		return false;
	}
	l->pos += trims ? 4 : 2;
	skip(l);
	if (trims)
		skip_spaces(l);
	return true;
}

/* The left delimiter at pos. */
static struct token
lex_left_delim(struct lexer *l)
{
	struct token token;
	size_t marker = left_marker_at(l, l->pos + 2) ? 2 : 0;

	l->pos += 2;
	token = emit(l, TOKEN_LEFT_DELIM);
	l->pos += marker;
	skip(l);
	l->in_action = true;
	l->parens = 0;
	return token;
}

static bool
is_comment_at(const struct lexer *l, size_t at)
{
	return starts(l, at + 2, "/*") ||
	    (left_marker_at(l, at + 2) && starts(l, at + 4, "/*"));
}

static struct token
lex_text(struct lexer *l)
{
	struct token token;
	const char *found;
	size_t delim, end;

	for (;;) {
		if (l->pos == l->len)
			return emit(l, TOKEN_EOF);
		found = memmem(l->input + l->pos, l->len - l->pos, "{{", 2);
		delim = found == NULL ? l->len : (size_t)(found - l->input);
		end = delim;
		if (found != NULL && left_marker_at(l, delim + 2)) {
			while (end > l->start &&
			    is_space((unsigned char)l->input[end - 1]))
				end--;
		}
		l->pos = end;
		if (end > l->start) {
			token = emit(l, TOKEN_TEXT);
			l->pos = delim;
			skip(l);
			return token;
		}
		l->pos = delim;
		skip(l);
		if (found == NULL)
			continue;
		if (!is_comment_at(l, delim))
			return lex_left_delim(l);
		l->pos = delim + (left_marker_at(l, delim + 2) ? 4 : 2);
		skip(l);
		if (!skip_comment(l, &token))
			return token;
	}
}

static struct token
lex_right_delim(struct lexer *l, bool trims)
{
	struct token token;

	if (trims) {
		l->pos += 2;
		skip(l);
	}
	l->pos += 2;
	token = emit(l, TOKEN_RIGHT_DELIM);
	if (trims)
		skip_spaces(l);
	l->in_action = false;
	return token;
}

/* A run of white space, but for the one that begins " -}}". */
static struct token
lex_space(struct lexer *l)
{
	bool trims;

	while (l->pos < l->len && is_space((unsigned char)l->input[l->pos])) {
		if (at_right_delim(l, &trims))
			break;
		l->pos++;
	}
	return emit(l, TOKEN_SPACE);
}

/* May a name end here? */
static bool
at_terminator(const struct lexer *l)
{
	size_t step;
	uint32_t c = peek(l, &step);

	if (c == RUNE_EOF || is_space(c))
		return true;
	return (c < 0x80 && strchr(".,|:)(", (int)c) != NULL && c != 0) ||
	    starts(l, l->pos, "}}");
}

static struct token
lex_name(struct lexer *l, enum token_kind kind)
{
	size_t step;

	while (is_word(l, peek(l, &step)))
		l->pos += step;
	if (!at_terminator(l))
		return emit_rune_error(l, "bad character", peek(l, &step));
	return emit(l, kind);
}

static struct token
lex_identifier(struct lexer *l)
{
	struct token token = lex_name(l, TOKEN_IDENTIFIER);
	size_t i;

	if (token.kind == TOKEN_ERROR)
		return token;
	for (i = 0; i < sizeof(keywords) / sizeof(keywords[0]); i++) {
		if (strlen(keywords[i].word) == token.len &&
		    memcmp(keywords[i].word, token.text, token.len) == 0)
			token.kind = keywords[i].kind;
	}
	return token;
}

/* A lone '.' or '$', or the name after it. */
static struct token
lex_field_or_variable(
    struct lexer *l, enum token_kind alone, enum token_kind kind)
{
	l->pos++;
	if (at_terminator(l))
		return emit(l, alone);
	return lex_name(l, kind);
}

static bool
accept(struct lexer *l, const char *set)
{
	if (l->pos < l->len && l->input[l->pos] != '\0' &&
	    strchr(set, l->input[l->pos]) != NULL) {
		l->pos++;
		return true;
	}
	return false;
}

static void
accept_run(struct lexer *l, const char *set)
{
	while (accept(l, set))
		;
}

/* What may be a number; the parser reads it. */
static bool
scan_number(struct lexer *l)
{
	const char *digits = "0123456789_", *exponent = "eE";
	size_t step;

	accept(l, "+-");
	if (accept(l, "0")) {
		if (accept(l, "xX")) {
			digits = "0123456789abcdefABCDEF_";
			exponent = "pP";
		} else if (accept(l, "oO")) {
			digits = "01234567_";
			exponent = "";
		} else if (accept(l, "bB")) {
			digits = "01_";
			exponent = "";
		}
	}
	accept_run(l, digits);
	if (accept(l, "."))
		accept_run(l, digits);
	if (accept(l, exponent)) {
		accept(l, "+-");
		accept_run(l, "0123456789_");
	}
	if (!is_word(l, peek(l, &step)))
		return true;
	l->pos += step;
	return false;
}

/* A sign behind a number would begin a complex one, which we have not. */
static struct token
lex_number(struct lexer *l)
{
	bool is_number = scan_number(l);

	if (is_number && (starts(l, l->pos, "+") || starts(l, l->pos, "-"))) {
		scan_number(l);
		is_number = false;
	}
	if (!is_number)
		return emit_error(l,
		    arena_printf(l->arena, "bad number syntax: \"%.*s\"",
			(int)(l->pos - l->start), l->input + l->start));
	return emit(l, TOKEN_NUMBER);
}

/* From one quote to the next; what is inside is the parser's affair. */
static struct token
lex_quoted(struct lexer *l, enum token_kind kind, const char *unterminated)
{
	uint32_t quote = advance(l), c;

	while ((c = advance(l)) != quote) {
		if (c == '\\')
			c = advance(l);
		if (c == RUNE_EOF || c == '\n')
			return emit_error(l, unterminated);
	}
	return emit(l, kind);
}

static struct token
lex_raw_quoted(struct lexer *l)
{
	const char *end =
	    memchr(l->input + l->pos + 1, '`', l->len - l->pos - 1);

	if (end == NULL)
		return emit_error(l, "unterminated raw quoted string");
	l->pos = (size_t)(end - l->input) + 1;
	return emit(l, TOKEN_RAW_STRING);
}

static struct token
lex_mark(struct lexer *l)
{
	uint32_t c = advance(l);

	switch (c) {
	case '=':
		return emit(l, TOKEN_ASSIGN);
	case ':':
		return accept(l, "=") ? emit(l, TOKEN_DECLARE)
				      : emit_error(l, "expected :=");
	case '|':
		return emit(l, TOKEN_PIPE);
	case '(':
		l->parens++;
		return emit(l, TOKEN_LEFT_PAREN);
	case ')':
		l->parens--;
		return emit(l, TOKEN_RIGHT_PAREN);
	default:
		if (c > 0x20 && c < 0x7f)
			return emit(l, TOKEN_CHAR);
		return emit_rune_error(
		    l, "unrecognized character in action:", c);
	}
}

static struct token
lex_action(struct lexer *l)
{
	bool trims;
	uint32_t c;
	size_t step;

	if (at_right_delim(l, &trims))
		return l->parens == 0 ? lex_right_delim(l, trims)
				      : emit_error(l, "unclosed left paren");
	c = peek(l, &step);
	if (c == RUNE_EOF)
		return emit_error(l, "unclosed action");
	if (is_space(c))
		return lex_space(l);
	if (c == '"')
		return lex_quoted(
		    l, TOKEN_STRING, "unterminated quoted string");
	if (c == '\'')
		return lex_quoted(
		    l, TOKEN_CHAR_CONSTANT, "unterminated character constant");
	if (c == '`')
		return lex_raw_quoted(l);
	if (c == '$')
		return lex_field_or_variable(l, TOKEN_VARIABLE, TOKEN_VARIABLE);
	if (c == '.' &&
	    !(l->pos + 1 < l->len && l->input[l->pos + 1] >= '0' &&
		l->input[l->pos + 1] <= '9'))
		return lex_field_or_variable(l, TOKEN_DOT, TOKEN_FIELD);
	if (c == '.' || c == '+' || c == '-' || (c >= '0' && c <= '9'))
		return lex_number(l);
	if (is_word(l, c))
		return lex_identifier(l);
	return lex_mark(l);
}

struct token
lex_next(struct lexer *l)
{
	return l->in_action ? lex_action(l) : lex_text(l);
}
