/* SPDX-License-Identifier: MIT */
/*
 * A request's parameters, one "NAME=value" a line: its path, taken apart and
 * matched against every route, and each header that is more than compared.
 */
#include "fuzz.h"

#include "api/family.h"
#include "base/text.h"
#include "http/cors.h"
#include "http/range.h"

#define PARAMS_MAX 64

/* The lines, cut in place; each must be one that a web server could send. */
static void
cut_lines(char *text, const char *env[PARAMS_MAX + 1])
{
	size_t count = 0, len;

	while (*text != '\0' && count < PARAMS_MAX) {
		len = strcspn(text, "\n");
		env[count++] = text;
		text += len;
		if (*text != '\0')
			*text++ = '\0';
	}
	env[count] = NULL;
}

static void
match_routes(const struct request *r, struct arena *a)
{
	const struct family *const *f;
	struct pattern_params params;
	size_t i, p;

	for (f = family_list(); *f != NULL; f++) {
		for (i = 0; i < (*f)->route_count; i++) {
			if (!pattern_match((*f)->routes[i].path, r->path,
				(*f)->path_flags, a, &params))
				continue;
			MUST(params.count <= PATTERN_PARAMS_MAX);
			for (p = 0; p < params.count; p++) {
				MUST(params.value[p][0] != '\0');
				MUST(strchr(params.value[p], '/') == NULL);
			}
		}
	}
}

static void
read_range(const struct request *r)
{
	static const int64_t sizes[] = { 0, 1, 10, INT64_MAX };
	const char *value = request_param(r, "HTTP_RANGE");
	struct range part;
	size_t i;

	for (i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		if (range_read(value, sizes[i], &part) != RANGE_PART)
			continue;
		MUST(part.at >= 0 && part.len > 0);
		MUST(part.at < sizes[i] && part.len <= sizes[i] - part.at);
	}
}

static void
compare_etags(const struct request *r)
{
	const char *given = request_param(r, "HTTP_IF_MATCH");
	static const char etag[] = "\"0190-7\"";

	/* Who matches strictly matches leniently, but for parts. */
	(void)request_etag_matches(given, etag, true);
	(void)request_etag_matches(given, etag, false);
}

static void
allow_origin(const struct request *r)
{
	static const char origins[] = "https://a.example https://b.example";
	struct response reply;

	response_init(&reply);
	(void)cors_preflight(origins, r, "GET, HEAD", &reply);
	cors_allow(origins, r, &reply);
	MUST(!buf_failed(&reply.headers));
	response_free(&reply);
}

static void
read_headers(const struct request *r, struct arena *a)
{
	const char *bearer = request_bearer(r);

	MUST(bearer == NULL || bearer[0] != '\0');
	(void)request_accepts(r, "application/json");
	(void)request_accepts(r, "text/csv");
	(void)request_has_type(r, "multipart/form-data");
	(void)request_network(r, a);
	read_range(r);
	compare_etags(r);
	allow_origin(r);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *env[PARAMS_MAX + 1];
	struct arena *a = arena_new();
	char *text = fuzz_text(data, size);
	struct failure failure;
	struct request r;
	enum err err;

	cut_lines(text, env);
	err = request_init(&r, env, a, &failure);
	MUST(r.path[0] == '/');
	MUST(strlen(r.path) <= REQUEST_PATH_MAX_BYTES);
	MUST(r.script_len <= strlen(r.path));
	MUST(text_is_utf8(r.path, strlen(r.path)));
	MUST(!text_has_control(r.path));
	MUST(text_is_utf8(r.target, strlen(r.target)));
	MUST(!text_has_control(r.target));
	MUST(strlen(r.query) <= REQUEST_QUERY_MAX_BYTES);
	if (err == ERR_NONE)
		MUST(r.content_length >= REQUEST_LENGTH_UNKNOWN);
	match_routes(&r, a);
	read_headers(&r, a);
	free(text);
	arena_free(a);
	return 0;
}
