/* SPDX-License-Identifier: MIT */
#include "domain/template/template_private.h"

#include "base/text.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct variable {
	struct variable *next;
	const char *name;
	struct cell cell;
};

/*
 * Values.
 */

static int
compare_members(const void *a, const void *b)
{
	const struct value_member *x = a, *y = b;

	return strcmp(x->name, y->name);
}

void
value_sort(struct value_member *members, size_t count)
{
	if (count > 1)
		qsort(members, count, sizeof(*members), compare_members);
}

/* As strcmp, for a name of len bytes that may hold a NUL. */
static int
compare_name(const char *name, size_t len, const char *other)
{
	size_t other_len = strlen(other);
	int order = memcmp(name, other, len < other_len ? len : other_len);

	if (order != 0)
		return order;
	return len < other_len ? -1 : len > other_len;
}

const struct value *
value_member(const struct value *object, const char *name, size_t len)
{
	size_t low = 0, high = object->count, middle;
	int order;

	while (low < high) {
		middle = low + (high - low) / 2;
		order = compare_name(name, len, object->members[middle].name);
		if (order == 0)
			return &object->members[middle].value;
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

/* clang-format off */
static const char *const type_names[] = {
	[VALUE_NULL] = "nil",
	[VALUE_BOOLEAN] = "bool",
	[VALUE_NUMBER] = "float64",
	[VALUE_TEXT] = "string",
	[VALUE_ARRAY] = "[]interface {}",
	[VALUE_OBJECT] = "map[string]interface {}",
	[VALUE_INTEGER] = "int",
};
/* clang-format on */

const char *
value_type(const struct value *v)
{
	return type_names[v->kind];
}

const char *
cell_type(const struct cell *c)
{
	return c->is_boxed ? "interface {}" : value_type(&c->v);
}

bool
cell_is_true(const struct cell *c)
{
	switch (c->v.kind) {
	case VALUE_BOOLEAN:
		return c->v.boolean;
	case VALUE_NUMBER:
		return c->v.number != 0;
	case VALUE_INTEGER:
		return c->v.integer != 0;
	case VALUE_NULL:
		return false;
	default:
		return c->v.count > 0;
	}
}

/*
 * Failures and limits.
 */

static void
print_names(const struct node *n, struct buf *out)
{
	size_t i;

	for (i = 0; i < n->name_count; i++) {
		buf_char(out, '.');
		buf_text(out, n->names[i]);
	}
}

static void
print_list(const struct node_list *list, const char *between, struct buf *out)
{
	const struct node *n;

	for (n = list->first; n != NULL; n = n->next) {
		if (n != list->first)
			buf_text(out, between);
		if (n->kind == NODE_PIPE)
			buf_char(out, '(');
		node_print(n, out);
		if (n->kind == NODE_PIPE)
			buf_char(out, ')');
	}
}

void
node_print(const struct node *n, struct buf *out)
{
	switch (n->kind) {
	case NODE_PIPE:
		print_list(&n->others, ", ", out);
		if (n->others.count > 0)
			buf_text(out, n->is_assignment ? " = " : " := ");
		print_list(&n->list, " | ", out);
		break;
	case NODE_COMMAND:
		print_list(&n->list, " ", out);
		break;
	case NODE_CHAIN:
		if (n->pipe->kind == NODE_PIPE)
			buf_char(out, '(');
		node_print(n->pipe, out);
		if (n->pipe->kind == NODE_PIPE)
			buf_char(out, ')');
		break;
	case NODE_DOT:
		buf_char(out, '.');
		break;
	case NODE_NIL:
		buf_text(out, "nil");
		break;
	default:
		if (n->text != NULL)
			buf_text(out, n->text);
		break;
	}
	print_names(n, out);
}

/* "1:9": line from 1, byte in the line from 0. */
static void
print_place(const struct run *r, struct buf *out)
{
	size_t i, column = 0, line = 1;

	for (i = 0; i < r->at->pos; i++) {
		column++;
		if (r->t->text[i] == '\n') {
			line++;
			column = 0;
		}
	}
	buf_printf(out, "%zu:%zu", line, column);
}

bool
run_fail(struct run *r, const char *format, ...)
{
	struct buf text;
	char what[512];
	va_list ap;

	if (r->failed)
		return false;
	r->failed = true;
	va_start(ap, format);
	vsnprintf(what, sizeof(what), format, ap);
	va_end(ap);
	/* What is quoted of the template may be as long as that. */
	buf_init(&text, 4096);
	buf_text(&text, "template: prompt:");
	if (r->at != NULL) {
		print_place(r, &text);
		buf_text(&text, ": executing \"prompt\" at <");
		node_print(r->at, &text);
		buf_text(&text, ">: ");
	}
	if (r->calling != NULL)
		buf_printf(&text, "error calling %s: ", r->calling);
	buf_text(&text, what);
	r->error->text = buf_failed(&text)
	    ? arena_printf(r->arena, "template: prompt: %s", what)
	    : arena_copy(r->arena, text.ptr, text.len);
	buf_free(&text);
	return false;
}

bool
run_spend(struct run *r, size_t steps)
{
	if (r->failed)
		return false;
	if (steps > (size_t)r->steps_left)
		return run_fail(r, "template takes too many steps");
	r->steps_left -= (int64_t)steps;
	return true;
}

void
run_text_start(struct run *r, struct buf *out)
{
	buf_init(out, r->bytes_left);
}

bool
run_text_end(struct run *r, struct buf *out, struct cell *result)
{
	if (buf_failed(out)) {
		run_fail(r, "template makes too much text");
	} else {
		r->bytes_left -= out->len;
		/* Long texts count as the work that they are. */
		run_spend(r, out->len / 256);
		*result = (struct cell){ .v = {
					     .kind = VALUE_TEXT,
					     .text = arena_copy(r->arena,
						 buf_string(out), out->len),
					     .count = out->len,
					 } };
	}
	buf_free(out);
	return !r->failed;
}

/* Text as the client may have it: well-formed, without NUL. */
static void
write_text(struct buf *out, const char *text, size_t len)
{
	size_t at, from = 0, step;

	if (text_is_utf8(text, len) && memchr(text, '\0', len) == NULL) {
		buf_add(out, text, len);
		return;
	}
	for (at = 0; at < len; at += step) {
		step = text_utf8_step(text + at, len - at);
		if (step != 0 && text[at] != '\0')
			continue;
		buf_add(out, text + from, at - from);
		buf_text(out, "\xef\xbf\xbd");
		step = 1;
		from = at + 1;
	}
	buf_add(out, text + from, len - from);
}

static bool
check_output(struct run *r)
{
	return buf_failed(r->out) ? run_fail(r, "output is too long")
				  : !r->failed;
}

/*
 * Variables.
 */

static void
declare(struct run *r, const char *name, const struct cell *cell)
{
	struct variable *v = r->spare;

	if (v == NULL)
		v = arena_alloc(r->arena, sizeof(*v));
	else
		r->spare = v->next;
	v->next = r->variables;
	v->name = name;
	v->cell = *cell;
	r->variables = v;
}

/* Forget what was declared since.  A loop must not eat the arena. */
static void
leave_scope(struct run *r, struct variable *scope)
{
	struct variable *v;

	while ((v = r->variables) != scope) {
		r->variables = v->next;
		v->next = r->spare;
		r->spare = v;
	}
}

static struct variable *
find_variable(struct run *r, const char *name)
{
	struct variable *v;

	for (v = r->variables; v != NULL; v = v->next) {
		if (strcmp(v->name, name) == 0)
			return v;
	}
	run_fail(r, "undefined variable: %s", name);
	return NULL;
}

static bool
assign(struct run *r, const char *name, const struct cell *cell)
{
	struct variable *v = find_variable(r, name);

	if (v == NULL)
		return false;
	v->cell = *cell;
	return true;
}

/*
 * Expressions.
 */

static bool eval_pipe(struct run *r, const struct cell *dot,
    const struct node *pipe, struct cell *out);

/* What a command was given besides its first word. */
struct given {
	size_t args;
	const struct cell *final; /* from the command before; NULL: none */
};

static const struct given nothing_given;

static bool
is_given_any(const struct given *g)
{
	return g->args > 0 || g->final != NULL;
}

static bool
eval_field(struct run *r, const char *name, bool has_args, struct cell *at)
{
	const struct value *found;

	if (at->v.kind == VALUE_NULL)
		return at->is_boxed
		    ? run_fail(
			  r, "nil pointer evaluating interface {}.%s", name)
		    : run_fail(r, "nil data; no entry for key \"%s\"", name);
	if (at->v.kind != VALUE_OBJECT)
		return run_fail(r, "can't evaluate field %s in type %s", name,
		    cell_type(at));
	if (has_args)
		return run_fail(
		    r, "%s is not a method but has arguments", name);
	found = value_member(&at->v, name, strlen(name));
	if (found == NULL)
		return run_fail(r, "map has no entry for key \"%s\"", name);
	*at = (struct cell){ .v = *found, .is_boxed = true };
	return true;
}

/* The fields of n, one in the other, from what out holds. */
static bool
eval_fields(struct run *r, const struct node *n, const struct given *given,
    struct cell *out)
{
	size_t i;

	for (i = 0; i < n->name_count; i++) {
		if (!eval_field(r, n->names[i],
			i + 1 == n->name_count && is_given_any(given), out))
			return false;
	}
	return true;
}

static bool
refuse_args(struct run *r, const struct node *n, const struct given *given)
{
	struct buf text;

	if (!is_given_any(given))
		return true;
	buf_init(&text, 512);
	node_print(n, &text);
	run_fail(
	    r, "can't give argument to non-function %s", buf_string(&text));
	buf_free(&text);
	return false;
}

static bool
eval_variable(struct run *r, const struct node *n, const struct given *given,
    struct cell *out)
{
	const struct variable *v;

	if ((v = find_variable(r, n->text)) == NULL ||
	    (n->name_count == 0 && !refuse_args(r, n, given)))
		return false;
	*out = v->cell;
	return eval_fields(r, n, given, out);
}

static bool eval_arg(struct run *r, const struct cell *dot,
    const struct node *n, struct cell *out);

static bool
eval_chain(struct run *r, const struct cell *dot, const struct node *n,
    const struct given *given, struct cell *out)
{
	return eval_arg(r, dot, n->pipe, out) && eval_fields(r, n, given, out);
}

static bool
check_arg_count(
    struct run *r, const struct function *f, const struct given *given)
{
	size_t count = given->args + (given->final != NULL);

	if (f->max == 0 && count < f->min)
		return run_fail(r,
		    "wrong number of args for %s: want at least %zu got %zu",
		    f->name, f->min, given->args);
	if (f->max != 0 && count != f->max)
		return run_fail(r,
		    "wrong number of args for %s: want %zu got %zu", f->name,
		    f->max, count);
	return true;
}

/* Does the first argument suit a function that wants a text there? */
static bool
check_text(struct run *r, const struct node *n, const struct cell *c)
{
	if (c->v.kind == VALUE_TEXT)
		return true;
	if (n != NULL && n->kind == NODE_CONSTANT)
		return run_fail(r, "expected string; found %s", n->text);
	if (n != NULL && n->kind == NODE_NIL)
		return run_fail(r, "cannot assign nil to string");
	if (c->v.kind == VALUE_NULL && !c->is_boxed)
		return run_fail(r, "invalid value; expected string");
	return run_fail(r, "wrong type for value; expected string; got %s",
	    c->v.kind == VALUE_NULL ? cell_type(c) : value_type(&c->v));
}

/* and, or: no argument is looked at behind the one that decides. */
static bool
eval_choice(struct run *r, const struct cell *dot, const struct function *f,
    const struct node *arg, const struct given *given, struct cell *out)
{
	for (; arg != NULL; arg = arg->next) {
		if (!eval_arg(r, dot, arg, out))
			return false;
		if (cell_is_true(out) == f->ends_at)
			return true;
	}
	if (given->final != NULL)
		*out = *given->final;
	return true;
}

static bool
eval_args(struct run *r, const struct cell *dot, const struct function *f,
    const struct node *arg, const struct given *given, struct cell *out)
{
	size_t i;

	for (i = 0; i < given->args; i++, arg = arg->next) {
		if (!eval_arg(r, dot, arg, &out[i]) ||
		    (i == 0 && f->wants_text && !check_text(r, arg, out)))
			return false;
	}
	if (given->final == NULL)
		return true;
	out[i] = *given->final;
	return i != 0 || !f->wants_text || check_text(r, NULL, out);
}

/* n is the function's name; command all of what is said to it. */
static bool
eval_function(struct run *r, const struct cell *dot, const struct node *n,
    const struct node *command, const struct given *given, struct cell *out)
{
	const struct function *f = n->function;
	size_t count = given->args + (given->final != NULL);
	const struct node *args = given->args > 0 ? n->next : NULL;
	struct cell few[4], *cells = few;
	const struct node *before;

	r->at = n;
	if (!check_arg_count(r, f, given))
		return false;
	if (f->call == NULL)
		return eval_choice(r, dot, f, args, given, out);
	if (count > sizeof(few) / sizeof(few[0]))
		cells = arena_alloc(r->arena, count * sizeof(*cells));
	if (!eval_args(r, dot, f, args, given, cells))
		return false;
	before = r->at;
	r->at = command;
	r->calling = f->name;
	if (!f->call(r, cells, count, out))
		return run_fail(r, "failed");
	r->calling = NULL;
	/* What fails next is told, as in Go, where the last argument was. */
	r->at = before;
	return true;
}

static bool
eval_arg(struct run *r, const struct cell *dot, const struct node *n,
    struct cell *out)
{
	if (!run_spend(r, 1))
		return false;
	r->at = n;
	switch (n->kind) {
	case NODE_DOT:
		*out = *dot;
		return true;
	case NODE_NIL:
		*out = (struct cell){ 0 };
		return true;
	case NODE_FIELD:
		*out = *dot;
		return eval_fields(r, n, &nothing_given, out);
	case NODE_VARIABLE:
		return eval_variable(r, n, &nothing_given, out);
	case NODE_PIPE:
		return eval_pipe(r, dot, n, out);
	case NODE_FUNCTION:
		return eval_function(r, dot, n, n, &nothing_given, out);
	case NODE_CHAIN:
		return eval_chain(r, dot, n, &nothing_given, out);
	default:
		*out = (struct cell){ .v = n->constant };
		return true;
	}
}

static bool
eval_command(struct run *r, const struct cell *dot, const struct node *command,
    const struct cell *final, struct cell *out)
{
	const struct node *n = command->list.first;
	struct given given = {
		.args = command->list.count - 1,
		.final = final,
	};

	assert(n != NULL); /* The parser lets no empty command pass. */
	if (n->kind != NODE_PIPE)
		r->at = n;
	switch (n->kind) {
	case NODE_FIELD:
		*out = *dot;
		return eval_fields(r, n, &given, out);
	case NODE_CHAIN:
		return eval_chain(r, dot, n, &given, out);
	case NODE_FUNCTION:
		return eval_function(r, dot, n, command, &given, out);
	case NODE_VARIABLE:
		return eval_variable(r, n, &given, out);
	case NODE_NIL:
		return refuse_args(r, n, &given) &&
		    run_fail(r, "nil is not a command");
	default:
		return refuse_args(r, n, &given) && eval_arg(r, dot, n, out);
	}
}

static bool
eval_pipe(struct run *r, const struct cell *dot, const struct node *pipe,
    struct cell *out)
{
	const struct cell *final = NULL;
	struct cell value = { 0 }, last;
	const struct node *n;

	r->at = pipe;
	for (n = pipe->list.first; n != NULL; n = n->next) {
		if (!run_spend(r, 1) || !eval_command(r, dot, n, final, &value))
			return false;
		value.is_boxed = false;
		last = value;
		final = &last;
	}
	for (n = pipe->others.first; n != NULL; n = n->next) {
		if (!pipe->is_assignment)
			declare(r, n->text, &value);
		else if (!assign(r, n->text, &value))
			return false;
	}
	*out = value;
	return true;
}

/*
 * Actions.
 */

static bool walk_list(
    struct run *r, const struct cell *dot, const struct node_list *list);

static bool
walk_action(struct run *r, const struct cell *dot, const struct node *n)
{
	struct buf text;
	struct cell value, printed;

	if (!eval_pipe(r, dot, n->pipe, &value))
		return false;
	if (n->pipe->others.count > 0)
		return true;
	if (value.v.kind == VALUE_NULL) {
		buf_text(r->out, "<no value>");
		return check_output(r);
	}
	if (value.v.kind != VALUE_TEXT) {
		run_text_start(r, &text);
		print_value(r, &text, &value.v);
		if (!run_text_end(r, &text, &printed))
			return false;
		value = printed;
	}
	write_text(r->out, value.v.text, value.v.count);
	return run_spend(r, value.v.count / 256) && check_output(r);
}

/* if and with: the first branch of the chain whose pipeline is true. */
static bool
walk_branches(struct run *r, const struct cell *dot, const struct node *n)
{
	struct variable *scope = r->variables;
	struct cell value;
	bool ok = true;

	for (; n != NULL; n = n->else_if) {
		if (!(ok = eval_pipe(r, dot, n->pipe, &value)))
			break;
		if (cell_is_true(&value)) {
			ok = walk_list(
			    r, n->kind == NODE_WITH ? &value : dot, &n->list);
			break;
		}
		if (n->has_else)
			ok = walk_list(r, dot, &n->others);
	}
	leave_scope(r, scope);
	return ok;
}

/* One turn of a range; false also after a break. */
static bool
walk_turn(struct run *r, const struct node *n, const struct cell *key,
    const struct value *element)
{
	struct variable *scope = r->variables;
	struct cell dot = { .v = *element, .is_boxed = true };
	const struct node *first = n->pipe->others.first;
	const struct node *second = first == NULL ? NULL : first->next;
	bool goes_on;

	if (!run_spend(r, 1))
		return false;
	if (second != NULL &&
	    (!assign(r, first->text, key) || !assign(r, second->text, &dot)))
		return false;
	if (first != NULL && second == NULL && !assign(r, first->text, &dot))
		return false;
	walk_list(r, &dot, &n->list);
	leave_scope(r, scope);
	goes_on = !r->failed && r->flow != FLOW_BREAK;
	r->flow = FLOW_ON;
	return goes_on;
}

static void
walk_items(struct run *r, const struct node *n, const struct value *v)
{
	struct cell key = { .v = { .kind = VALUE_INTEGER } };
	size_t i;

	for (i = 0; i < v->count; i++) {
		key.v.integer = (int64_t)i;
		if (!walk_turn(r, n, &key, &v->items[i]))
			return;
	}
}

static void
walk_members(struct run *r, const struct node *n, const struct value *v)
{
	struct cell key = { .v = { .kind = VALUE_TEXT } };
	size_t i;

	for (i = 0; i < v->count; i++) {
		key.v.text = v->members[i].name;
		key.v.count = strlen(key.v.text);
		if (!walk_turn(r, n, &key, &v->members[i].value))
			return;
	}
}

static void
fail_range(struct run *r, const struct cell *value)
{
	struct buf text;
	struct cell printed;

	run_text_start(r, &text);
	print_value(r, &text, &value->v);
	if (run_text_end(r, &text, &printed))
		run_fail(r, "range can't iterate over %.*s",
		    (int)(printed.v.count > 200 ? 200 : printed.v.count),
		    printed.v.text);
}

static bool
walk_range(struct run *r, const struct cell *dot, const struct node *n)
{
	struct variable *scope = r->variables;
	struct cell value;

	if (!eval_pipe(r, dot, n->pipe, &value))
		return false;
	if (value.v.kind != VALUE_ARRAY && value.v.kind != VALUE_OBJECT &&
	    value.v.kind != VALUE_NULL)
		fail_range(r, &value);
	else if (value.v.count == 0)
		walk_list(r, dot, &n->others);
	else if (value.v.kind == VALUE_ARRAY)
		walk_items(r, n, &value.v);
	else
		walk_members(r, n, &value.v);
	leave_scope(r, scope);
	return !r->failed && r->flow == FLOW_ON;
}

static bool
walk(struct run *r, const struct cell *dot, const struct node *n)
{
	r->at = n;
	switch (n->kind) {
	case NODE_TEXT:
		write_text(r->out, n->constant.text, n->constant.count);
		return run_spend(r, n->constant.count / 256) && check_output(r);
	case NODE_ACTION:
		return walk_action(r, dot, n);
	case NODE_RANGE:
		return walk_range(r, dot, n);
	case NODE_BREAK:
		r->flow = FLOW_BREAK;
		return false;
	case NODE_CONTINUE:
		r->flow = FLOW_CONTINUE;
		return false;
	default:
		return walk_branches(r, dot, n);
	}
}

/* False after a failure, and on the way to the end of a loop's turn. */
static bool
walk_list(struct run *r, const struct cell *dot, const struct node_list *list)
{
	const struct node *n;

	for (n = list->first; n != NULL; n = n->next) {
		if (!run_spend(r, 1) || !walk(r, dot, n))
			break;
	}
	return !r->failed && r->flow == FLOW_ON;
}

bool
template_run(const struct template *t, const struct value *dot, struct arena *a,
    struct buf *out, struct template_error *error)
{
	struct cell root = { .v = *dot };
	struct run r = {
		.t = t,
		.arena = a,
		.out = out,
		.error = error,
		.steps_left = TEMPLATE_STEPS_MAX,
		.bytes_left = TEMPLATE_OUTPUT_MAX * 4,
		.locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0),
	};

	declare(&r, "$", &root);
	walk_list(&r, &root, &t->root);
	if (r.locale != (locale_t)0)
		freelocale(r.locale);
	return !r.failed;
}
