/* SPDX-License-Identifier: MIT */
/*
 * What a web server in front of the program may do to requests, asked over
 * HTTP.  Nothing that is asked changes anything: the questions are to
 * /healthz, which exists for that, and to /metrics without a right to it.
 */
#include "cli/doctor.h"

#include "base/text.h"
#include "cli/ask.h"

#include <string.h>

/* Above the 128 KiB at which mod_fcgid cuts off unless told otherwise. */
#define BODY_BYTES ((size_t)200 << 10)

/* Does the answer come from the program?  Its own say who asked. */
static bool
is_ours(const struct ask_answer *answer, struct arena *a)
{
	return ask_header(answer, "X-Request-Id", a) != NULL;
}

/* An answer, or a status of 0 when there is none. */
static struct ask_answer
ask_path(struct doctor *d, const char *method, const char *path,
    const char *const *headers, size_t body_bytes)
{
	struct arena *a = doctor_session(d)->arena;
	const struct ask ask = {
		.method = method,
		.url = arena_printf(a, "%s%s", doctor_url(d), path),
		.headers = headers,
		.body_bytes = body_bytes,
	};
	struct ask_answer answer = { .headers = "", .body = "" };
	const char *wrong = ask_web(&ask, a, &answer);

	if (wrong == NULL)
		return answer;
	doctor_say(d, DOCTOR_PROBLEM, "no_answer", ask.url,
	    "does not answer %s: %s", method, wrong);
	return (struct ask_answer){ .headers = "", .body = "" };
}

/* False: there is no use in asking more. */
static bool
check_alive(struct doctor *d)
{
	struct ask_answer answer = ask_path(d, "GET", "/healthz", NULL, 0);

	if (answer.status == 0)
		return false;
	if (answer.status == 200 && is_ours(&answer, doctor_session(d)->arena))
		return true;
	doctor_say(d, DOCTOR_PROBLEM, "not_promptledger", doctor_url(d),
	    "answers %d for /healthz, and not by promptledger: see to the "
	    "web server's configuration and its error log (deeper paths must "
	    "reach the program, PATH_INFO)",
	    answer.status);
	return false;
}

static void
check_ready(struct doctor *d)
{
	struct ask_answer answer = ask_path(d, "GET", "/readyz", NULL, 0);

	if (answer.status != 0 && answer.status != 200)
		doctor_say(d, DOCTOR_PROBLEM, "not_ready", doctor_url(d),
		    "answers %d %.200s for /readyz: run promptledger doctor "
		    "there, and see the error log",
		    answer.status, answer.body);
}

/* A path of several segments, to a program that answers it with 401. */
static void
check_paths(struct doctor *d)
{
	struct arena *a = doctor_session(d)->arena;
	struct ask_answer answer;

	answer = ask_path(d, "GET", "/v1/me/teams", NULL, 0);
	if (answer.status != 0 && !is_ours(&answer, a))
		doctor_say(d, DOCTOR_PROBLEM, "paths_lost", "/v1/me/teams",
		    "does not reach the program (%d): all paths below the URL "
		    "must be its own",
		    answer.status);
	answer = ask_path(d, "GET", "/healthz%2Fx", NULL, 0);
	if (answer.status != 0 && !is_ours(&answer, a))
		doctor_say(d, DOCTOR_NOTE, "encoded_slash_refused", "%2F",
		    "in a path is refused by the web server (%d): no id or "
		    "slug has one",
		    answer.status);
}

static void
check_methods(struct doctor *d)
{
	static const char *const methods[] = { "PATCH", "PUT", "DELETE" };
	struct arena *a = doctor_session(d)->arena;
	struct ask_answer answer;
	size_t i;

	for (i = 0; i < sizeof(methods) / sizeof(methods[0]); i++) {
		answer = ask_path(d, methods[i], "/healthz", NULL, 0);
		if (answer.status != 0 && !is_ours(&answer, a))
			doctor_say(d, DOCTOR_PROBLEM, "method_lost", methods[i],
			    "does not reach the program (%d): let the web "
			    "server pass all methods",
			    answer.status);
	}
}

/* The program tells a wrong token from none. */
static void
check_authorization(struct doctor *d)
{
	static const char *const wrong[] = {
		"Authorization: Bearer promptledger-doctor", NULL
	};
	struct ask_answer answer = ask_path(d, "GET", "/metrics", wrong, 0);

	if (answer.status == 401 &&
	    strstr(answer.body, "token_missing") != NULL)
		doctor_say(d, DOCTOR_PROBLEM, "authorization_lost",
		    "Authorization",
		    "is not passed to the program: CGIPassAuth On in Apache's "
		    "configuration, or in .htaccess SetEnvIf Authorization "
		    "\"(.*)\" HTTP_AUTHORIZATION=$1");
	else if (answer.status == 200)
		doctor_say(d, DOCTOR_PROBLEM, "metrics_open", "/metrics",
		    "is shown to everybody: set metrics = admin");
}

static void
check_token(struct doctor *d)
{
	struct arena *a = doctor_session(d)->arena;
	const char *headers[2] = { NULL, NULL };
	struct ask_answer answer;

	if (doctor_token(d) == NULL)
		return;
	headers[0] =
	    arena_printf(a, "Authorization: Bearer %s", doctor_token(d));
	answer = ask_path(d, "GET", "/v1/me/teams", headers, 0);
	if (answer.status != 0 && answer.status != 200)
		doctor_say(d, DOCTOR_PROBLEM, "token_refused", "--token",
		    "is answered %d by /v1/me/teams: make a new one with "
		    "promptledger token create",
		    answer.status);
}

/* That POST gets through, too. */
static void
check_body(struct doctor *d)
{
	struct ask_answer answer =
	    ask_path(d, "POST", "/healthz", NULL, BODY_BYTES);

	if (answer.status != 0 && !is_ours(&answer, doctor_session(d)->arena))
		doctor_say(d, DOCTOR_PROBLEM, "body_capped", "200 KiB",
		    "in one body do not reach the program (%d): raise "
		    "FcgidMaxRequestLen, or upload in parts or as plain CGI "
		    "(docs/SHARED-HOSTING.md)",
		    answer.status);
}

/* The tag of a compressed answer must find the plain one. */
static void
check_conditions(struct doctor *d)
{
	static const char *const never[] = { "If-Match: \"never\"", NULL };
	static const char *const gzip[] = { "Accept-Encoding: gzip", NULL };
	struct arena *a = doctor_session(d)->arena;
	struct ask_answer answer = ask_path(d, "GET", "/healthz", never, 0);
	const char *headers[3] = { gzip[0], NULL, NULL };
	const char *tag;

	if (answer.status != 0 && answer.status != 412)
		doctor_say(d, DOCTOR_PROBLEM, "if_match_lost", "If-Match",
		    "is not passed to the program (%d): two editors may "
		    "overwrite each other's work",
		    answer.status);
	answer = ask_path(d, "GET", "/healthz", gzip, 0);
	if (answer.status == 0)
		return;
	tag = ask_header(&answer, "ETag", a);
	if (tag != NULL)
		headers[1] = arena_printf(a, "If-None-Match: %s", tag);
	if (tag == NULL ||
	    ask_path(d, "GET", "/healthz", headers, 0).status != 304)
		doctor_say(d, DOCTOR_PROBLEM, "etag_lost",
		    tag == NULL ? "ETag" : tag,
		    "does not spare a second answer (If-None-Match): see what "
		    "the web server does to entity tags");
}

/* Links in answers begin with it. */
static void
check_public_url(struct doctor *d)
{
	const char *set = doctor_session(d)->config.public_url;

	if (set[0] != '\0' && !text_equal(set, doctor_url(d)))
		doctor_say(d, DOCTOR_PROBLEM, "public_url_differs", set,
		    "is what public_url says, and this is %s: links in "
		    "answers lead there",
		    doctor_url(d));
}

void
doctor_examine_web(struct doctor *d)
{
	check_public_url(d);
	if (!check_alive(d))
		return;
	check_ready(d);
	check_paths(d);
	check_methods(d);
	check_authorization(d);
	check_token(d);
	check_body(d);
	check_conditions(d);
}
