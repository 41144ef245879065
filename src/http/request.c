/* SPDX-License-Identifier: MIT */
#include "http/request.h"

#include "base/text.h"

#include <arpa/inet.h>
#include <assert.h>
#include <ctype.h>
#include <string.h>
#include <strings.h>

/* The parameters that every request needs, found in one pass. */
enum known {
	KNOWN_REQUEST_METHOD,
	KNOWN_SCRIPT_NAME,
	KNOWN_PATH_INFO,
	KNOWN_QUERY_STRING,
	KNOWN_REQUEST_URI,
	KNOWN_CONTENT_TYPE,
	KNOWN_CONTENT_LENGTH,
	KNOWN_TRANSFER_ENCODING,
	KNOWN_AUTHORIZATION,
	KNOWN_REDIRECT_AUTHORIZATION,
	KNOWN_COUNT,
};

#define KNOWN_ROW(text)                \
	{                              \
		text, sizeof(text) - 1 \
	}

static const struct {
	const char *name;
	size_t len;
} known_names[KNOWN_COUNT] = {
	[KNOWN_REQUEST_METHOD] = KNOWN_ROW("REQUEST_METHOD"),
	[KNOWN_SCRIPT_NAME] = KNOWN_ROW("SCRIPT_NAME"),
	[KNOWN_PATH_INFO] = KNOWN_ROW("PATH_INFO"),
	[KNOWN_QUERY_STRING] = KNOWN_ROW("QUERY_STRING"),
	[KNOWN_REQUEST_URI] = KNOWN_ROW("REQUEST_URI"),
	[KNOWN_CONTENT_TYPE] = KNOWN_ROW("CONTENT_TYPE"),
	[KNOWN_CONTENT_LENGTH] = KNOWN_ROW("CONTENT_LENGTH"),
	[KNOWN_TRANSFER_ENCODING] = KNOWN_ROW("HTTP_TRANSFER_ENCODING"),
	[KNOWN_AUTHORIZATION] = KNOWN_ROW("HTTP_AUTHORIZATION"),
	[KNOWN_REDIRECT_AUTHORIZATION] =
	    KNOWN_ROW("REDIRECT_HTTP_AUTHORIZATION"),
};

static const char *const method_names[METHOD_UNKNOWN] = {
	[METHOD_GET] = "GET",
	[METHOD_HEAD] = "HEAD",
	[METHOD_POST] = "POST",
	[METHOD_PUT] = "PUT",
	[METHOD_PATCH] = "PATCH",
	[METHOD_DELETE] = "DELETE",
	[METHOD_OPTIONS] = "OPTIONS",
	[METHOD_TRACE] = "TRACE",
	[METHOD_CONNECT] = "CONNECT",
};

/* What a content coding of the web server appends inside the quotes. */
static const char *const etag_suffixes[] = {
	"-gzip",
	"-br",
	"-deflate",
	"-zstd",
};

/* Which known parameter has this name?  KNOWN_COUNT for any other. */
static enum known
find_known(const char *name, size_t len)
{
	enum known k;

	for (k = 0; k < KNOWN_COUNT; k++) {
		if (known_names[k].len == len &&
		    memcmp(known_names[k].name, name, len) == 0)
			break;
	}
	return k;
}

/* The first of several equal names wins, as with getenv. */
static void
collect_known(const char *const *env, const char *values[KNOWN_COUNT])
{
	const char *equals;
	enum known k;

	memset(values, 0, KNOWN_COUNT * sizeof(*values));
	for (; *env != NULL; env++) {
		equals = strchr(*env, '=');
		if (equals == NULL)
			continue;
		k = find_known(*env, (size_t)(equals - *env));
		if (k < KNOWN_COUNT && values[k] == NULL)
			values[k] = equals + 1;
	}
}

static const char *
text_or(const char *text, const char *fallback)
{
	return text == NULL ? fallback : text;
}

/* How many bytes, from the start, are UTF-8 without control characters? */
static size_t
count_clean(const char *text, size_t len)
{
	size_t at = 0, step;

	while (at < len) {
		if ((unsigned char)text[at] < 0x20 || text[at] == 0x7f)
			break;
		step = text_utf8_step(text + at, len - at);
		if (step == 0)
			break;
		at += step;
	}
	return at;
}

/* Text that is safe to show: at most max bytes, and '?' for each byte that
 * is no clean UTF-8.  Copies only when it must. */
static const char *
clean_text(const char *text, size_t max, struct arena *a)
{
	size_t len = strnlen(text, max + 1), at;
	char *copy;

	if (len <= max && count_clean(text, len) == len)
		return text;
	copy = arena_copy(a, text, len <= max ? len : max);
	len = strlen(copy);
	for (at = 0; at < len; at++) {
		at += count_clean(copy + at, len - at);
		if (at < len)
			copy[at] = '?';
	}
	return copy;
}

static void
read_method(struct request *r, const char *name, struct arena *a)
{
	enum method m;

	for (m = 0; m < METHOD_UNKNOWN; m++) {
		if (text_equal(method_names[m], name))
			break;
	}
	r->method = m;
	r->method_name = m == METHOD_UNKNOWN ? clean_text(name, 64, a) : name;
}

/*
 * Join SCRIPT_NAME and PATH_INFO: where a web server splits the path between
 * the two differs, and mod_proxy_fcgi sends no PATH_INFO at all.  A bad path
 * is cut before its first bad byte, so that its beginning still chooses a
 * family.
 */
static enum err
read_path(struct request *r, const char *script, const char *info,
    struct arena *a, struct failure *f)
{
	size_t script_len = strnlen(script, REQUEST_PATH_MAX_BYTES + 1);
	size_t info_len = strnlen(info, REQUEST_PATH_MAX_BYTES + 1);
	size_t len = script_len + info_len, good;
	char *path;

	r->path = "/";
	r->script_len = 0;
	if (len == 0)
		return ERR_NONE;
	path = arena_alloc(a, len + 1);
	memcpy(path, script, script_len);
	memcpy(path + script_len, info, info_len);
	if (path[0] != '/')
		return err_fail(f, ERR_REQUEST_MALFORMED, "path",
		    "the path does not begin with a slash");
	good = count_clean(
	    path, len > REQUEST_PATH_MAX_BYTES ? REQUEST_PATH_MAX_BYTES : len);
	path[good] = '\0';
	r->path = path;
	r->script_len = script_len < good ? script_len : good;
	if (len > REQUEST_PATH_MAX_BYTES)
		return err_fail(f, ERR_PATH_TOO_LONG, "path", NULL);
	if (good < len)
		return err_fail(f, ERR_REQUEST_MALFORMED, "path",
		    "the path holds control characters or is not UTF-8");
	return ERR_NONE;
}

static enum err
read_query(struct request *r, const char *query, struct failure *f)
{
	if (strnlen(query, REQUEST_QUERY_MAX_BYTES + 1) >
	    REQUEST_QUERY_MAX_BYTES)
		return err_fail(f, ERR_PATH_TOO_LONG, "query", NULL);
	r->query = query;
	return ERR_NONE;
}

static const char *
make_target(const struct request *r, const char *uri, struct arena *a)
{
	const size_t max = REQUEST_PATH_MAX_BYTES + REQUEST_QUERY_MAX_BYTES;

	if (uri == NULL || uri[0] == '\0') {
		if (r->query[0] == '\0')
			return r->path;
		uri = arena_printf(a, "%s?%s", r->path, r->query);
	}
	return clean_text(uri, max, a);
}

/* Is "chunked" the last of the transfer codings? */
static bool
is_chunked(const char *codings)
{
	const char *last = codings == NULL ? NULL : strrchr(codings, ',');

	if (codings == NULL)
		return false;
	last = last == NULL ? codings : last + 1;
	last += strspn(last, " \t");
	return text_equal_nocase(last, "chunked");
}

/* nginx sends an empty CONTENT_LENGTH with every GET; under CGI and
 * mod_proxy_fcgi a chunked body comes without the parameter. */
static enum err
read_length(
    struct request *r, const char *text, const char *codings, struct failure *f)
{
	int64_t length;

	if (text == NULL || text[0] == '\0') {
		r->content_length =
		    is_chunked(codings) ? REQUEST_LENGTH_UNKNOWN : 0;
		return ERR_NONE;
	}
	if (!isdigit((unsigned char)text[0]) || !text_to_int64(text, &length))
		return err_fail(f, ERR_REQUEST_MALFORMED, "Content-Length",
		    "the length is not a number");
	r->content_length = length;
	return ERR_NONE;
}

/* A rewrite rule that copies the header sets an empty parameter when the
 * client sent none. */
static const char *
choose_authorization(const char *plain, const char *redirected)
{
	if (plain != NULL && plain[0] != '\0')
		return plain;
	if (redirected != NULL && redirected[0] != '\0')
		return redirected;
	return NULL;
}

enum err
request_init(struct request *out, const char *const *env, struct arena *a,
    struct failure *f)
{
	const char *values[KNOWN_COUNT];
	enum err path, query, length;
	struct failure later; /* faults after the first are not told */

	collect_known(env, values);
	memset(out, 0, sizeof(*out));
	out->env = env;
	out->query = "";
	out->content_type = text_or(values[KNOWN_CONTENT_TYPE], "");
	out->authorization = choose_authorization(
	    values[KNOWN_AUTHORIZATION], values[KNOWN_REDIRECT_AUTHORIZATION]);
	read_method(out, text_or(values[KNOWN_REQUEST_METHOD], ""), a);

	path = read_path(out, text_or(values[KNOWN_SCRIPT_NAME], ""),
	    text_or(values[KNOWN_PATH_INFO], ""), a, f);
	query = read_query(out, text_or(values[KNOWN_QUERY_STRING], ""),
	    path == ERR_NONE ? f : &later);
	out->target = make_target(out, values[KNOWN_REQUEST_URI], a);
	if (path != ERR_NONE)
		return path;
	if (query != ERR_NONE)
		return query;
	length = read_length(out, values[KNOWN_CONTENT_LENGTH],
	    values[KNOWN_TRANSFER_ENCODING], f);
	return length;
}

const char *
request_method_name(enum method method)
{
	assert(method < METHOD_UNKNOWN);
	return method_names[method];
}

const char *
request_param(const struct request *r, const char *name)
{
	const size_t len = strlen(name);
	const char *const *e;

	for (e = r->env; *e != NULL; e++) {
		if (strncmp(*e, name, len) == 0 && (*e)[len] == '=')
			return *e + len + 1;
	}
	return NULL;
}

const char *
request_network(const struct request *r, struct arena *a)
{
	const char *text = request_param(r, "REMOTE_ADDR");
	char out[INET6_ADDRSTRLEN];
	struct in6_addr address;

	if (text == NULL || inet_pton(AF_INET6, text, &address) != 1)
		return text;
	if (IN6_IS_ADDR_V4MAPPED(&address)) {
		inet_ntop(AF_INET, &address.s6_addr[12], out, sizeof(out));
		return arena_text(a, out);
	}
	memset(&address.s6_addr[8], 0, 8);
	inet_ntop(AF_INET6, &address, out, sizeof(out));
	return arena_printf(a, "%s/64", out);
}

const char *
request_bearer(const struct request *r)
{
	static const char scheme[] = "Bearer ";
	const char *token;

	if (r->authorization == NULL || !text_starts(r->authorization, scheme))
		return NULL;
	token = r->authorization + sizeof(scheme) - 1;
	return token[0] == '\0' || token[0] == ' ' ? NULL : token;
}

bool
request_has_type(const struct request *r, const char *media_type)
{
	const char *type = r->content_type + strspn(r->content_type, " \t");
	const size_t len = strlen(media_type);

	if (strncasecmp(type, media_type, len) != 0)
		return false;
	type += len;
	type += strspn(type, " \t");
	return *type == '\0' || *type == ';';
}

/* Do the parameters of one media range, up to its comma, say q=0? */
static bool
is_weightless(const char *at, const char *end)
{
	for (; at < end; at++) {
		if (*at != ';')
			continue;
		at += 1 + strspn(at + 1, " \t");
		if (strncasecmp(at, "q=0", 3) != 0)
			continue;
		at += 3 + strspn(at + 3, ".0");
		return at >= end || *at == ' ' || *at == '\t' || *at == ';';
	}
	return false;
}

bool
request_accepts(const struct request *r, const char *media_type)
{
	const char *at = request_param(r, "HTTP_ACCEPT"), *end;
	const size_t len = strlen(media_type);

	for (; at != NULL && *at != '\0'; at = end + strspn(end, ",")) {
		at += strspn(at, " \t");
		end = at + strcspn(at, ",");
		if ((size_t)(end - at) < len ||
		    strncasecmp(at, media_type, len) != 0)
			continue;
		at += len;
		if ((at == end || *at == ' ' || *at == '\t' || *at == ';') &&
		    !is_weightless(at, end))
			return true;
	}
	return false;
}

/* Take the next entity tag of a list; false at its end or at a fault. */
static bool
next_etag(const char **at, bool *weak, const char **tag, size_t *len)
{
	const char *close;

	*at += strspn(*at, " \t,");
	*weak = text_starts(*at, "W/");
	if (*weak)
		*at += 2;
	if (**at != '"')
		return false;
	close = strchr(*at + 1, '"');
	if (close == NULL)
		return false;
	*tag = *at + 1;
	*len = (size_t)(close - *tag);
	*at = close + 1;
	return true;
}

/* What servers put behind a tag when they compress. */
static bool
is_suffix(const char *given, size_t len)
{
	size_t i;

	for (i = 0; i < sizeof(etag_suffixes) / sizeof(*etag_suffixes); i++) {
		if (strlen(etag_suffixes[i]) == len &&
		    memcmp(given, etag_suffixes[i], len) == 0)
			return true;
	}
	return false;
}

/* The length of "-12" at given, a part that tells of more than the revision;
 * 0 when there is none. */
static size_t
count_part(const char *given, size_t len)
{
	size_t digits = 0;

	while (1 + digits < len && given[1 + digits] >= '0' &&
	    given[1 + digits] <= '9')
		digits++;
	return digits > 0 && given[0] == '-' ? 1 + digits : 0;
}

/* Are the two the same between the quotes, but for one suffix of given, and
 * where part_ok for a part that own does not have? */
static bool
is_same_etag(const char *given, size_t len, const char *own, size_t own_len,
    bool part_ok)
{
	if (len < own_len || memcmp(given, own, own_len) != 0)
		return false;
	given += own_len;
	len -= own_len;
	if (len == 0 || is_suffix(given, len))
		return true;
	if (!part_ok)
		return false;
	own_len = count_part(given, len);
	return own_len > 0 &&
	    (own_len == len || is_suffix(given + own_len, len - own_len));
}

bool
request_etag_matches(const char *value, const char *etag, bool weak_ok)
{
	const size_t own_len = strlen(etag) - 2; /* without the quotes */
	const char *tag;
	size_t len;
	bool weak;

	assert(etag[0] == '"' && own_len < strlen(etag));
	if (value == NULL)
		return false;
	value += strspn(value, " \t");
	if (value[0] == '*' && value[1 + strspn(value + 1, " \t")] == '\0')
		return true;
	while (next_etag(&value, &weak, &tag, &len)) {
		if ((weak_ok || !weak) &&
		    is_same_etag(tag, len, etag + 1, own_len, !weak_ok))
			return true;
	}
	return false;
}
