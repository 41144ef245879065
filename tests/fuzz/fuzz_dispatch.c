/* SPDX-License-Identifier: MIT */
/*
 * Whole requests, from the web server's parameters to the bytes of the
 * answer, on a real store.  The input is one request or several, as HTTP/1.1
 * writes them, with a line "%%" between:
 *
 *	PATCH /prompts/@id HTTP-less
 *	Authorization: Bearer @editor
 *
 *	{"title":"Greeting"}
 *
 * @admin, @editor, @viewer and @member are their tokens, @project and @team
 * the installation's, @id the first id in the last answer that had one.
 * Whatever is asked: no answer is a 500, each is well-formed, JSON is strict,
 * and the audit chain holds.
 */
#include "stage.h"

#include "api/dispatch.h"
#include "api/family.h"
#include "base/text.h"
#include "domain/template_cache.h"

#include <ctype.h>
#include <sodium.h>

#define REQUESTS_MAX 8 /* of one input */
#define RUNS_MAX 200   /* before the store begins again */
#define PARAMS_MAX 40
#define BODY_PIECE 1000

static struct stage stage;
static struct template_cache *templates;
static char last_id[TEXT_UUID_SIZE];

/* The body, handed out in pieces. */
struct body_source {
	const char *at;
	size_t left;
};

/* All bytes of the answer. */
struct answer {
	struct buf bytes;
};

static void
tear_down(void)
{
	template_cache_free(templates);
	stage_free(&stage);
}

static void
set_up(void)
{
	MUST(sodium_init() >= 0);
	MUST(family_check() == ERR_NONE);
	stage_make(&stage);
	templates = template_cache_new();
	MUST(templates != NULL);
	atexit(tear_down);
}

/*
 * The request.
 */

/* What stands for "@name" at text; *len is the name's length. */
static const char *
find_meant(const char *text, size_t left, size_t *len)
{
	const struct {
		const char *name, *meant;
	} table[] = {
		{ "@admin", stage.tokens[ADMIN] },
		{ "@editor", stage.tokens[EDITOR] },
		{ "@viewer", stage.tokens[VIEWER] },
		{ "@member", stage.tokens[MEMBER] },
		{ "@project", stage.project },
		{ "@team", stage.team },
		{ "@id", last_id },
	};
	size_t i;

	for (i = 0; i < sizeof(table) / sizeof(*table); i++) {
		*len = strlen(table[i].name);
		if (*len <= left && memcmp(text, table[i].name, *len) == 0)
			return table[i].meant;
	}
	return NULL;
}

static void
fill_in(const char *text, size_t len, struct buf *out)
{
	const char *meant;
	size_t at, step;

	buf_init(out, 1 << 20);
	for (at = 0; at < len; at += step) {
		meant = find_meant(text + at, len - at, &step);
		if (meant != NULL) {
			buf_text(out, meant);
			continue;
		}
		buf_char(out, text[at]);
		step = 1;
	}
}

/* "Content-Type: x" as "CONTENT_TYPE=x", others as "HTTP_NAME=x". */
static const char *
make_param(const char *line, struct arena *a)
{
	size_t len = strcspn(line, ":"), i;
	char *name = arena_copy(a, line, len);
	const char *value = line + len;

	value += *value == ':';
	value += strspn(value, " \t");
	for (i = 0; i < len; i++)
		name[i] = name[i] == '-' || name[i] == '='
		    ? '_'
		    : (char)toupper((unsigned char)name[i]);
	return arena_printf(a, "%s%s=%s",
	    strcmp(name, "CONTENT_TYPE") == 0 ||
		    strcmp(name, "CONTENT_LENGTH") == 0
		? ""
		: "HTTP_",
	    name, value);
}

/* Cut a line off, without its end; "" when none is left. */
static char *
cut_line(char **text)
{
	char *line = *text;

	*text += strcspn(line, "\n");
	if (**text != '\0')
		*(*text)++ = '\0';
	return line;
}

static void
read_head(char *head, size_t body_len, struct arena *a,
    const char *env[PARAMS_MAX + 1])
{
	char *line = cut_line(&head), *target, *query;
	size_t count = 0;

	target = line + strcspn(line, " ");
	if (*target != '\0')
		*target++ = '\0';
	target[strcspn(target, " ")] = '\0';
	query = target + strcspn(target, "?");
	env[count++] = arena_printf(a, "REQUEST_METHOD=%s", line);
	env[count++] = arena_printf(a, "REQUEST_URI=%s", target);
	if (*query != '\0')
		*query++ = '\0';
	env[count++] = arena_printf(a, "QUERY_STRING=%s", query);
	env[count++] = arena_printf(a, "PATH_INFO=%s", target);
	env[count++] = "REMOTE_ADDR=192.0.2.1";
	while (*head != '\0' && count < PARAMS_MAX - 1)
		env[count++] = make_param(cut_line(&head), a);
	/* A length among the headers lies, and comes first. */
	env[count++] = arena_printf(a, "CONTENT_LENGTH=%zu", body_len);
	env[count] = NULL;
}

static ssize_t
read_piece(void *source, char *bytes, size_t len)
{
	struct body_source *s = source;

	if (len > BODY_PIECE)
		len = BODY_PIECE;
	if (len > s->left)
		len = s->left;
	memcpy(bytes, s->at, len);
	s->at += len;
	s->left -= len;
	return (ssize_t)len;
}

/*
 * The answer.
 */

static bool
write_answer(void *sink, const char *bytes, size_t len)
{
	struct answer *answer = sink;

	buf_add(&answer->bytes, bytes, len);
	return true;
}

static void
keep_id(const char *body, size_t len)
{
	char id[TEXT_UUID_SIZE];
	size_t at;

	for (at = 0; at + sizeof(id) <= len; at++) {
		if (body[at] != '"')
			continue;
		memcpy(id, body + at + 1, sizeof(id) - 1);
		id[sizeof(id) - 1] = '\0';
		if (text_is_uuid(id)) {
			memcpy(last_id, id, sizeof(id));
			return;
		}
	}
}

/* Header lines end in CRLF, hold no other control character but a tab, and
 * the first is the status. */
static const char *
check_head(const char *text, size_t len)
{
	const char *at = text, *end;

	MUST(text_starts(text, "Status: "));
	for (;;) {
		end = strstr(at, "\r\n");
		MUST(end != NULL && (size_t)(end - text) <= len);
		if (end == at)
			return end + 2;
		MUST(memchr(at, ':', (size_t)(end - at)) != NULL);
		for (; at < end; at++)
			MUST((unsigned char)*at >= 0x20 && *at != 0x7f);
		at = end + 2;
	}
}

/* What a client has stored may nest as deep again inside an answer. */
static void
check_json(const char *body, size_t len, struct arena *a)
{
	struct scan scan;

	MUST(scan_json(body, len, a, &scan) || scan.fault == SCAN_DEPTH ||
	    scan.fault == SCAN_MEMBERS);
}

static void
check_answer(
    const struct answer *answer, int status, bool head_only, struct arena *a)
{
	const char *text = buf_string(&answer->bytes);
	const char *body = check_head(text, answer->bytes.len);
	size_t len = answer->bytes.len - (size_t)(body - text);
	const char *type = strstr(text, "\r\nContent-Type: application/json");

	MUST(status >= 200 && status < 600 && status != 500);
	MUST(len == 0 || (!head_only && status != 204 && status != 304));
	if (len > 0 && type != NULL && type < body)
		check_json(body, len, a);
	keep_id(body, len);
}

/*
 * One request, and an input.
 */

static void
answer_request(char *text, size_t len)
{
	const char *env[PARAMS_MAX + 1];
	struct arena *a = arena_new();
	struct response reply;
	struct answer answer;
	struct body_source source = { .at = "" };
	struct call *c = arena_alloc(a, sizeof(*c));
	char *body = memmem(text, len, "\n\n", 2);
	bool head_only;

	if (body != NULL) {
		body[1] = '\0';
		source.at = body + 2;
		source.left = len - (size_t)(source.at - text);
	}
	buf_init(&answer.bytes, RESPONSE_MAX_BYTES);
	read_head(text, source.left, a, env);
	response_init(&reply);
	response_attach(&reply, write_answer, &answer);
	c->site = &stage.site;
	c->arena = a;
	c->templates = templates;
	c->read = read_piece;
	c->source = &source;
	c->reply = &reply;
	MUST(dispatch(c, env));
	head_only = c->request.method == METHOD_HEAD;
	(void)response_write(&reply, head_only, write_answer, &answer);
	MUST(!reply.cut);
	MUST(!buf_failed(&answer.bytes));
	check_answer(&answer, reply.status, head_only, a);
	response_free(&reply);
	buf_free(&answer.bytes);
	arena_free(a);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char between[] = "\n%%\n";
	static unsigned runs;
	const char *at = (const char *)data, *end;
	const char *stop = at + size;
	struct buf request;
	unsigned count;

	if (templates == NULL)
		set_up();
	for (count = 0; at < stop && count < REQUESTS_MAX; count++) {
		end = memmem(at, (size_t)(stop - at), between, 4);
		fill_in(
		    at, (size_t)((end == NULL ? stop : end) - at), &request);
		if (request.len > 0)
			answer_request(request.ptr, request.len);
		buf_free(&request);
		at = end == NULL ? stop : end + 4;
	}
	if (++runs % 16 == 0)
		stage_catch_up(&stage);
	if (runs % RUNS_MAX == 0)
		stage_restore(&stage);
	return 0;
}
