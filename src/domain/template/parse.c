/* SPDX-License-Identifier: MIT */
#include "domain/template/template_private.h"

#include "base/text.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Names in scope are looked up one after the other. */
#define VARIABLES_MAX 500

struct name {
	const struct name *next;
	const char *name;
	size_t depth; /* how many there are, with this one */
};

struct parser {
	struct arena *arena;
	struct lexer lexer;
	struct token last;     /* taken from the lexer; its line is told */
	struct token ahead[3]; /* given back, the next one last */
	size_t ahead_count;
	struct template_error *error;
	bool failed;
	size_t node_count;
	int depth;
	int ranges;      /* loops around */
	int action_line; /* where the action began; 0: outside */
	const struct name *names;
};

/* The first failure is the one to tell.  Always NULL. */
static void *fail(struct parser *p, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void *
fail(struct parser *p, const char *format, ...)
{
	char text[512];
	va_list ap;

	if (p->failed)
		return NULL;
	va_start(ap, format);
	vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	p->failed = true;
	p->error->text =
	    arena_printf(p->arena, "template: :%d: %s", p->last.line, text);
	return NULL;
}

/*
 * Tokens.
 */

static struct token
next_token(struct parser *p)
{
	if (p->ahead_count > 0)
		return p->ahead[--p->ahead_count];
	/* An error ends the text; asked again, it is said again. */
	if (p->last.kind != TOKEN_ERROR && p->last.kind != TOKEN_EOF)
		p->last = lex_next(&p->lexer);
	return p->last;
}

static void
give_back(struct parser *p, struct token token)
{
	assert(p->ahead_count < 3);
	p->ahead[p->ahead_count++] = token;
}

static struct token
peek_token(struct parser *p)
{
	struct token token = next_token(p);

	give_back(p, token);
	return token;
}

static struct token
next_solid(struct parser *p)
{
	struct token token = next_token(p);

	while (token.kind == TOKEN_SPACE)
		token = next_token(p);
	return token;
}

static struct token
peek_solid(struct parser *p)
{
	struct token token = next_solid(p);

	give_back(p, token);
	return token;
}

/* Bytes of the character there. */
static size_t
token_step(const struct token *token, size_t at)
{
	size_t step = text_utf8_step(token->text + at, token->len - at);

	return step == 0 ? 1 : step;
}

static const char *
token_name(struct parser *p, const struct token *token)
{
	struct buf quoted;
	const char *name;
	size_t len = 0, count;

	if (token->kind == TOKEN_EOF)
		return "EOF";
	if (token->kind > TOKEN_KEYWORD)
		return arena_printf(
		    p->arena, "<%.*s>", (int)token->len, token->text);
	buf_init(&quoted, 256);
	for (count = 0; len < token->len && count < 10; count++)
		len += token_step(token, len);
	if (token->len <= 10)
		len = token->len;
	print_quoted(NULL, &quoted, token->text, len);
	name = arena_printf(p->arena, "%s%s", buf_string(&quoted),
	    token->len > 10 ? "..." : "");
	buf_free(&quoted);
	return name;
}

static void *
fail_unexpected(struct parser *p, const struct token *token, const char *where)
{
	const char *in = " in action";

	if (token->kind != TOKEN_ERROR)
		return fail(
		    p, "unexpected %s in %s", token_name(p, token), where);
	if (p->action_line == 0 || p->action_line == token->line)
		return fail(p, "%.*s", (int)token->len, token->text);
	/* Never "action in action". */
	if (strcmp(token->text, "unclosed action") == 0)
		in = "";
	return fail(p, "%s%s started at :%d", token->text, in, p->action_line);
}

/*
 * Nodes.
 */

static struct node *
new_node(struct parser *p, enum node_kind kind, size_t pos)
{
	struct node *n = arena_alloc(p->arena, sizeof(*n));

	if (++p->node_count > TEMPLATE_NODES_MAX)
		fail(p, "template is too long");
	n->kind = kind;
	n->pos = pos;
	return n;
}

static void
append(struct node_list *list, struct node *n)
{
	if (list->last == NULL)
		list->first = n;
	else
		list->last->next = n;
	list->last = n;
	list->count++;
}

static const char *
token_text(struct parser *p, const struct token *token)
{
	return arena_copy(p->arena, token->text, token->len);
}

/* How deep we are; each enter_level has its leave. */
static bool
enter_level(struct parser *p)
{
	if (++p->depth > TEMPLATE_DEPTH_MAX)
		fail(p, "nested too deeply");
	return !p->failed;
}

static bool
knows_name(const struct parser *p, const char *name)
{
	const struct name *at;

	for (at = p->names; at != NULL; at = at->next) {
		if (strcmp(at->name, name) == 0)
			return true;
	}
	return strcmp(name, "$") == 0;
}

static void
add_name(struct parser *p, const char *name)
{
	struct name *added = arena_alloc(p->arena, sizeof(*added));

	added->next = p->names;
	added->name = name;
	added->depth = p->names == NULL ? 1 : p->names->depth + 1;
	p->names = added;
	if (added->depth > VARIABLES_MAX)
		fail(p, "too many variables");
}

/*
 * Terms, operands, commands, pipelines.
 */

static struct node *parse_pipeline(
    struct parser *p, const char *context, enum token_kind end);

static struct node *
parse_constant(struct parser *p, const struct token *token)
{
	struct node *n = new_node(p, NODE_CONSTANT, token->pos);
	const char *wrong = constant_read(token, p->arena, &n->constant);

	n->text = token_text(p, token);
	return wrong == NULL ? n : fail(p, "%s", wrong);
}

static struct node *
parse_variable(struct parser *p, const struct token *token)
{
	struct node *n = new_node(p, NODE_VARIABLE, token->pos);

	n->text = token_text(p, token);
	if (!knows_name(p, n->text))
		return fail(p, "undefined variable \"%s\"", n->text);
	return n;
}

static struct node *
parse_function(struct parser *p, const struct token *token)
{
	struct node *n = new_node(p, NODE_FUNCTION, token->pos);

	n->text = token_text(p, token);
	n->function = function_find(n->text);
	if (n->function == NULL)
		return fail(p, "function \"%s\" not defined", n->text);
	return n;
}

static void
add_field(struct parser *p, struct node *n, const struct token *token)
{
	const char **names =
	    arena_alloc(p->arena, (n->name_count + 1) * sizeof(*names));

	if (n->name_count > 0)
		memcpy(names, n->names, n->name_count * sizeof(*names));
	if (n->name_count == TEMPLATE_DEPTH_MAX)
		fail(p, "nested too deeply");
	names[n->name_count++] =
	    arena_copy(p->arena, token->text + 1, token->len - 1);
	n->names = names;
}

static struct node *
parse_parenthesis(struct parser *p)
{
	struct node *n = NULL;

	if (enter_level(p))
		n = parse_pipeline(
		    p, "parenthesized pipeline", TOKEN_RIGHT_PAREN);
	p->depth--;
	return n;
}

/* NULL without failure when the next token begins no term. */
static struct node *
parse_term(struct parser *p)
{
	struct token token = next_solid(p);
	struct node *n;

	switch (token.kind) {
	case TOKEN_IDENTIFIER:
		return parse_function(p, &token);
	case TOKEN_DOT:
		return new_node(p, NODE_DOT, token.pos);
	case TOKEN_NIL:
		return new_node(p, NODE_NIL, token.pos);
	case TOKEN_VARIABLE:
		return parse_variable(p, &token);
	case TOKEN_FIELD:
		n = new_node(p, NODE_FIELD, token.pos);
		add_field(p, n, &token);
		return n;
	case TOKEN_BOOLEAN:
	case TOKEN_CHAR_CONSTANT:
	case TOKEN_NUMBER:
	case TOKEN_STRING:
	case TOKEN_RAW_STRING:
		return parse_constant(p, &token);
	case TOKEN_LEFT_PAREN:
		return parse_parenthesis(p);
	default:
		give_back(p, token);
		return NULL;
	}
}

static struct node *
fail_fields(struct parser *p, const struct node *term)
{
	struct buf text, quoted;

	buf_init(&text, 256);
	buf_init(&quoted, 1024);
	node_print(term, &text);
	print_quoted(NULL, &quoted, buf_string(&text), text.len);
	fail(p, "unexpected . after term %s", buf_string(&quoted));
	buf_free(&quoted);
	buf_free(&text);
	return NULL;
}

/* A term and the fields behind it. */
static struct node *
parse_operand(struct parser *p)
{
	struct node *term = parse_term(p), *n = term;
	struct token token;

	if (term == NULL || peek_token(p).kind != TOKEN_FIELD)
		return term;
	token = peek_token(p);
	if (term->kind == NODE_CONSTANT || term->kind == NODE_NIL ||
	    term->kind == NODE_DOT)
		return fail_fields(p, term);
	if (term->kind == NODE_PIPE || term->kind == NODE_FUNCTION) {
		n = new_node(p, NODE_CHAIN, token.pos);
		n->pipe = term;
	}
	/* As in Go, messages point to the second field. */
	n->pos = token.pos;
	while (!p->failed && peek_token(p).kind == TOKEN_FIELD) {
		token = next_token(p);
		add_field(p, n, &token);
	}
	return n;
}

static struct node *
parse_command(struct parser *p)
{
	struct node *n = new_node(p, NODE_COMMAND, peek_solid(p).pos);
	struct node *operand;
	struct token token;

	do {
		operand = parse_operand(p);
		if (p->failed)
			return NULL;
		if (operand != NULL)
			append(&n->list, operand);
		token = next_token(p);
	} while (token.kind == TOKEN_SPACE);
	if (token.kind == TOKEN_RIGHT_DELIM || token.kind == TOKEN_RIGHT_PAREN)
		give_back(p, token);
	else if (token.kind != TOKEN_PIPE)
		return fail_unexpected(p, &token, "operand");
	if (n->list.count == 0)
		return fail(p, "empty command");
	return n;
}

static void
add_variable(struct parser *p, struct node *pipe, const struct token *token)
{
	struct node *n = new_node(p, NODE_VARIABLE, token->pos);

	n->text = token_text(p, token);
	append(&pipe->others, n);
	if (!pipe->is_assignment || !knows_name(p, n->text))
		add_name(p, n->text);
}

/* "$x :=", "$x =" and, of a range, "$i, $x :=".  What turns out to be no
 * declaration is given back. */
static bool
parse_declarations(struct parser *p, struct node *pipe, const char *context)
{
	bool is_range = strcmp(context, "range") == 0;
	struct token variable, after, next;

	while (peek_solid(p).kind == TOKEN_VARIABLE) {
		variable = next_solid(p);
		after = peek_token(p);
		next = next_solid(p);
		if (next.kind == TOKEN_ASSIGN || next.kind == TOKEN_DECLARE) {
			pipe->is_assignment = next.kind == TOKEN_ASSIGN;
			add_variable(p, pipe, &variable);
			return !p->failed;
		}
		if (next.kind != TOKEN_CHAR || *next.text != ',') {
			give_back(p, next);
			if (after.kind == TOKEN_SPACE)
				give_back(p, after);
			give_back(p, variable);
			return true;
		}
		add_variable(p, pipe, &variable);
		if (!is_range || pipe->others.count == 2)
			return fail(p, "too many declarations in %s",
				   context) != NULL;
		next = peek_solid(p);
		if (next.kind != TOKEN_VARIABLE &&
		    next.kind != TOKEN_RIGHT_DELIM &&
		    next.kind != TOKEN_RIGHT_PAREN)
			return fail(p, "range can only initialize variables") !=
			    NULL;
	}
	return true;
}

static struct node *
check_pipeline(struct parser *p, struct node *pipe, const char *context)
{
	const struct node *n;
	enum node_kind kind;
	int stage = 1;

	if (pipe->list.count == 0)
		return fail(p, "missing value for %s", context);
	for (n = pipe->list.first->next; n != NULL; n = n->next) {
		kind = n->list.first->kind;
		stage++;
		if (kind == NODE_CONSTANT || kind == NODE_DOT ||
		    kind == NODE_NIL)
			return fail(p,
			    "non executable command in pipeline stage %d",
			    stage);
	}
	return pipe;
}

static struct node *
parse_pipeline(struct parser *p, const char *context, enum token_kind end)
{
	struct node *pipe = new_node(p, NODE_PIPE, peek_solid(p).pos);
	struct node *command;
	struct token token;

	if (!parse_declarations(p, pipe, context))
		return NULL;
	while (!p->failed) {
		token = next_solid(p);
		if (token.kind == end)
			return check_pipeline(p, pipe, context);
		switch (token.kind) {
		case TOKEN_BOOLEAN:
		case TOKEN_CHAR_CONSTANT:
		case TOKEN_DOT:
		case TOKEN_FIELD:
		case TOKEN_IDENTIFIER:
		case TOKEN_NUMBER:
		case TOKEN_NIL:
		case TOKEN_RAW_STRING:
		case TOKEN_STRING:
		case TOKEN_VARIABLE:
		case TOKEN_LEFT_PAREN:
			give_back(p, token);
			command = parse_command(p);
			if (command != NULL)
				append(&pipe->list, command);
			break;
		default:
			return fail_unexpected(p, &token, context);
		}
	}
	return NULL;
}

/*
 * Actions.
 */

/* What ends a list of nodes. */
enum ending { ENDING_EOF, ENDING_END, ENDING_ELSE };

static const char *const ending_names[] = {
	[ENDING_EOF] = "EOF",
	[ENDING_END] = "{{end}}",
	[ENDING_ELSE] = "{{else}}",
};

static bool parse_list(
    struct parser *p, struct node_list *list, enum ending *out);

static bool
expect_right_delim(struct parser *p, const char *context)
{
	struct token token = next_solid(p);

	if (token.kind == TOKEN_RIGHT_DELIM)
		return true;
	fail_unexpected(p, &token, context);
	return false;
}

/* The pipeline and the first body of a control. */
static struct node *
parse_head(struct parser *p, enum node_kind kind, const char *context,
    enum ending *ending)
{
	struct node *n = new_node(p, kind, peek_solid(p).pos);

	n->pipe = parse_pipeline(p, context, TOKEN_RIGHT_DELIM);
	if (p->failed)
		return NULL;
	p->action_line = 0;
	if (kind == NODE_RANGE)
		p->ranges++;
	parse_list(p, &n->list, ending);
	if (kind == NODE_RANGE)
		p->ranges--;
	return p->failed ? NULL : n;
}

static struct node *
parse_branches(struct parser *p, enum node_kind kind, const char *context)
{
	struct node *first, *n;
	enum ending ending = ENDING_EOF;

	first = n = parse_head(p, kind, context, &ending);
	/* However long the chain, it is no deeper than its first if. */
	while (n != NULL && ending == ENDING_ELSE && kind == NODE_IF &&
	    peek_token(p).kind == TOKEN_IF) {
		next_token(p);
		n->else_if = parse_head(p, kind, context, &ending);
		n = n->else_if;
	}
	if (n == NULL || ending == ENDING_END)
		return n == NULL ? NULL : first;
	n->has_else = true;
	if (!parse_list(p, &n->others, &ending))
		return NULL;
	if (ending != ENDING_END)
		return fail(p, "expected end; found %s", ending_names[ending]);
	return first;
}

static struct node *
parse_control(struct parser *p, enum node_kind kind, const char *context)
{
	const struct name *scope = p->names;
	struct node *n = NULL;

	if (enter_level(p))
		n = parse_branches(p, kind, context);
	p->depth--;
	p->names = scope;
	return n;
}

static struct node *
parse_jump(struct parser *p, enum node_kind kind, const struct token *token)
{
	const char *name =
	    arena_printf(p->arena, "{{%.*s}}", (int)token->len, token->text);

	if (!expect_right_delim(p, name))
		return NULL;
	if (p->ranges == 0)
		return fail(p, "%s outside {{range}}", name);
	return new_node(p, kind, token->pos);
}

static struct node *
parse_plain_action(struct parser *p)
{
	struct node *n = new_node(p, NODE_ACTION, peek_solid(p).pos);

	n->pipe = parse_pipeline(p, "command", TOKEN_RIGHT_DELIM);
	return n->pipe == NULL ? NULL : n;
}

/* What follows a left delimiter.  NULL without failure at an end or else,
 * which *ending then is. */
static struct node *
parse_action(struct parser *p, enum ending *ending)
{
	struct token token = next_solid(p);

	switch (token.kind) {
	case TOKEN_ELSE:
		*ending = ENDING_ELSE;
		/* The if of "else if" is left for whoever asked. */
		if (peek_solid(p).kind != TOKEN_IF)
			expect_right_delim(p, "else");
		return NULL;
	case TOKEN_END:
		*ending = ENDING_END;
		expect_right_delim(p, "end");
		return NULL;
	case TOKEN_IF:
		return parse_control(p, NODE_IF, "if");
	case TOKEN_RANGE:
		return parse_control(p, NODE_RANGE, "range");
	case TOKEN_WITH:
		return parse_control(p, NODE_WITH, "with");
	case TOKEN_BREAK:
		return parse_jump(p, NODE_BREAK, &token);
	case TOKEN_CONTINUE:
		return parse_jump(p, NODE_CONTINUE, &token);
	case TOKEN_BLOCK:
	case TOKEN_DEFINE:
	case TOKEN_TEMPLATE:
		return fail(
		    p, "{{%.*s}} is not supported", (int)token.len, token.text);
	default:
		give_back(p, token);
		return parse_plain_action(p);
	}
}

static struct node *
parse_text(struct parser *p, const struct token *token)
{
	struct node *n = new_node(p, NODE_TEXT, token->pos);

	n->constant.kind = VALUE_TEXT;
	n->constant.text = token->text;
	n->constant.count = token->len;
	return n;
}

/* Nodes up to an end, an else or the end of the text. */
static bool
parse_list(struct parser *p, struct node_list *list, enum ending *out)
{
	struct token token;
	struct node *n;

	while (!p->failed) {
		token = next_solid(p);
		if (token.kind == TOKEN_EOF && p->depth > 0)
			return fail(p, "unexpected EOF") != NULL;
		*out = ENDING_EOF;
		if (token.kind == TOKEN_EOF)
			return true;
		if (token.kind == TOKEN_TEXT) {
			append(list, parse_text(p, &token));
			continue;
		}
		if (token.kind != TOKEN_LEFT_DELIM)
			return fail_unexpected(p, &token, "input") != NULL;
		p->action_line = token.line;
		n = parse_action(p, out);
		p->action_line = 0;
		if (n == NULL)
			return !p->failed;
		append(list, n);
	}
	return false;
}

static struct template *
parse_template(struct parser *p, const char *text, size_t len)
{
	struct template *t = arena_alloc(p->arena, sizeof(*t));
	enum ending ending = ENDING_EOF;

	t->text = arena_copy(p->arena, text, len);
	t->len = len;
	lex_start(&p->lexer, t->text, len, p->arena);
	if (parse_list(p, &t->root, &ending) && ending != ENDING_EOF)
		fail(p, "unexpected %s", ending_names[ending]);
	lex_end(&p->lexer);
	return p->failed ? NULL : t;
}

bool
template_parse(const char *text, struct arena *a, const struct template **out,
    struct template_error *error)
{
	struct parser p = {
		.arena = a,
		.error = error,
		.last = { .kind = TOKEN_SPACE, .line = 1 },
	};
	const struct template *t = parse_template(&p, text, strlen(text));

	if (t == NULL)
		return false;
	*out = t;
	return true;
}
