/* SPDX-License-Identifier: MIT */
/*
 * What the files of the template module share: tokens, nodes, and how values
 * are printed.
 *
 *	lex.c       text into tokens
 *	parse.c     tokens into nodes
 *	constant.c  tokens into constants
 *	uses.c      the variables that nodes ask for
 *	run.c       nodes and values into text
 *	call.c      the functions that a template may call
 *	print.c     values into text, printf
 */
#ifndef DOMAIN_TEMPLATE_PRIVATE_H
#define DOMAIN_TEMPLATE_PRIVATE_H

#include "domain/template.h"

#include <locale.h>

/*
 * Tokens.
 */

enum token_kind {
	TOKEN_ERROR, /* text says what is wrong */
	TOKEN_EOF,
	TOKEN_TEXT,
	TOKEN_LEFT_DELIM,
	TOKEN_RIGHT_DELIM,
	TOKEN_SPACE,
	TOKEN_BOOLEAN,
	TOKEN_CHAR, /* a printable character without a meaning of its own */
	TOKEN_CHAR_CONSTANT,
	TOKEN_NUMBER,
	TOKEN_STRING,
	TOKEN_RAW_STRING,
	TOKEN_ASSIGN,
	TOKEN_DECLARE,
	TOKEN_PIPE,
	TOKEN_LEFT_PAREN,
	TOKEN_RIGHT_PAREN,
	TOKEN_FIELD,    /* begins with '.' */
	TOKEN_VARIABLE, /* begins with '$' */
	TOKEN_IDENTIFIER,
	TOKEN_KEYWORD, /* no token: those after it are keywords */
	TOKEN_DOT,
	TOKEN_NIL,
	TOKEN_BLOCK,
	TOKEN_BREAK,
	TOKEN_CONTINUE,
	TOKEN_DEFINE,
	TOKEN_ELSE,
	TOKEN_END,
	TOKEN_IF,
	TOKEN_RANGE,
	TOKEN_TEMPLATE,
	TOKEN_WITH,
};

struct token {
	enum token_kind kind;
	size_t pos; /* where it begins, in bytes */
	int line;   /* from 1 */
	const char *text;
	size_t len;
};

struct lexer {
	struct arena *arena;
	const char *input;
	size_t len;
	size_t pos;
	size_t start; /* of the token being read */
	int line;     /* at start */
	bool in_action;
	int parens;
	locale_t locale; /* knows letters of every script */
};

void lex_start(struct lexer *l, const char *input, size_t len, struct arena *a);
void lex_end(struct lexer *l);

/* After TOKEN_ERROR and TOKEN_EOF there is nothing more to be asked for. */
struct token lex_next(struct lexer *l);

/*
 * Nodes.
 */

enum node_kind {
	NODE_TEXT,
	NODE_ACTION,
	NODE_IF,
	NODE_RANGE,
	NODE_WITH,
	NODE_BREAK,
	NODE_CONTINUE,
	NODE_PIPE,
	NODE_COMMAND,
	NODE_CONSTANT, /* boolean, number or text */
	NODE_NIL,
	NODE_DOT,
	NODE_FIELD,
	NODE_VARIABLE,
	NODE_CHAIN, /* fields of what a parenthesis or function gives */
	NODE_FUNCTION,
};

/* How a node list grows at its end. */
struct node_list {
	struct node *first;
	struct node *last;
	size_t count;
};

struct node {
	enum node_kind kind;
	size_t pos; /* in bytes, for messages */
	struct node *next;
	const char *text;         /* as written: names, constants */
	struct value constant;    /* NODE_TEXT: its bytes */
	const char *const *names; /* of fields, behind a variable's own */
	size_t name_count;
	const struct function *function;
	struct node *pipe;       /* of an action, if, range, with, chain */
	struct node_list list;   /* body, commands, arguments */
	struct node_list others; /* after else; of a pipe its variables */
	bool has_else;
	bool is_assignment;
	struct node *else_if;
};

/* The value of a boolean, a character, a number or a string; NULL, or what is
 * wrong with it. */
const char *constant_read(
    const struct token *token, struct arena *a, struct value *out);

struct template
{
	const char *text;
	size_t len;
	struct node_list root;
};

/* The node as Go would write it, for messages. */
void node_print(const struct node *n, struct buf *out);

/*
 * Values while a template runs.
 */

/* Go tells a value inside an interface{} (boxed: what maps and slices hold)
 * from a bare one; null in no box is no value at all. */
struct cell {
	struct value v;
	bool is_boxed;
};

struct run {
	const struct template *t;
	struct arena *arena;
	struct buf *out;
	struct template_error *error;
	bool failed;
	const struct node *at; /* where messages point to */
	const char *calling;   /* the function at work, or NULL */
	int64_t steps_left;
	size_t bytes_left; /* for texts that are made on the way */
	int depth;
	struct variable *variables; /* the newest first */
	struct variable *spare;     /* gone out of scope */
	enum { FLOW_ON, FLOW_BREAK, FLOW_CONTINUE } flow;
	locale_t locale; /* knows what is printable */
};

/* The first failure is kept.  Always false. */
bool run_fail(struct run *r, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Count work; false, with the failure kept, when it is too much. */
bool run_spend(struct run *r, size_t steps);

/* Begin a text in out, and make a value of what was written to it; end it in
 * any case.  False, with the failure kept, when it grew too long. */
void run_text_start(struct run *r, struct buf *out);
bool run_text_end(struct run *r, struct buf *out, struct cell *result);

typedef bool function_fn(
    struct run *r, const struct cell *args, size_t count, struct cell *result);

struct function {
	const char *name;
	size_t min;
	size_t max; /* 0: any number */
	function_fn *call;
	/* and, or: NULL call; the first argument of this truth ends it. */
	bool ends_at;
	bool wants_text; /* its first argument must be one */
};

/* NULL when there is none. */
const struct function *function_find(const char *name);

bool cell_is_true(const struct cell *c);

/* The name of the type that Go gives the value. */
const char *value_type(const struct value *v);
const char *cell_type(const struct cell *c);

/* Would Go print the character rather than escape it?  r may be NULL. */
bool print_is_graphic(const struct run *r, uint32_t c);

void print_quoted(
    const struct run *r, struct buf *out, const char *text, size_t len);

/* As %v does. */
bool print_value(struct run *r, struct buf *out, const struct value *v);

/* As Sprint does: blanks between operands that are no text. */
bool print_operands(
    struct run *r, struct buf *out, const struct cell *args, size_t count);
bool print_format(
    struct run *r, struct buf *out, const struct cell *args, size_t count);

#endif
