/* SPDX-License-Identifier: MIT */
#include "base/config.h"

#include "base/text.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PREFIX "PROMPTLEDGER_"
#define FILE_NAME "promptledger.conf"
#define SYSTEM_DATA "/var/lib/promptledger"

#define AT(member) offsetof(struct config, member)

/* clang-format off */
static const struct config_setting settings[] = {
	{"data", CONFIG_PATH, 0, 0, NULL, "", AT(data),
	    "The data directory.  Default: promptledger below XDG_STATE_HOME "
	    "when that is set, else /var/lib/promptledger for a program "
	    "installed in /usr or /usr/local, else var beside the program's "
	    "folder."},
	{"base", CONFIG_PATH, 0, 0, NULL, "", AT(base),
	    "The path below which the API answers, such as /ledger.  Default: "
	    "found by the first known segment of the path."},
	{"public_url", CONFIG_URL, 0, 0, NULL, "", AT(public_url),
	    "What links in answers begin with, such as "
	    "https://example.org/ledger.  Default: links are paths."},
	/* Writes in flight do not depend on it, and GET at 64 connections on
	 * two cores was as fast with 4, 8, 16 and 32 (0.92 to 1.03 of each
	 * other, in the noise).  Nor does memory much: store.c lends readers. */
	{"threads", CONFIG_INTEGER, 1, 256, NULL, "16", AT(threads),
	    "Requests that one process serves at the same time."},
	{"synchronous", CONFIG_CHOICE, 0, 0, "full normal", "full",
	    AT(synchronous),
	    "full: an answered write survives a power failure; normal: it "
	    "survives a crash of the program only."},
	{"lock_ms", CONFIG_INTEGER, 1, 60000, NULL, "5000", AT(lock_ms),
	    "How long a write waits for its turn before it is refused."},
	{"body_max_bytes", CONFIG_INTEGER, 1024, 64 << 20, NULL, "1048576",
	    AT(body_max_bytes), "The largest JSON body."},
	{"audio_max_bytes", CONFIG_INTEGER, 1024, 1 << 30, NULL, "10485760",
	    AT(audio_max_bytes), "The largest audio upload."},
	{"audio_keep_hours", CONFIG_INTEGER, 0, 24 * 3650, NULL, "0",
	    AT(audio_keep_hours),
	    "How long audio is kept after the last prompt version that played "
	    "it was deleted; with its audio gone a prompt cannot be "
	    "restored."},
	{"sendfile", CONFIG_CHOICE, 0, 0, "off x-sendfile x-accel-redirect",
	    "off", AT(sendfile),
	    "Who sends audio: off: this program; x-sendfile: the web server "
	    "(lighttpd, Apache's mod_xsendfile), which must be allowed to; "
	    "x-accel-redirect: nginx."},
	{"sendfile_location", CONFIG_PATH, 0, 0, NULL,
	    "/promptledger-assets", AT(sendfile_location),
	    "With x-accel-redirect: nginx's internal location that leads to "
	    "assets in the data directory."},
	{"session_hours", CONFIG_INTEGER, 1, 24 * 365, NULL, "24",
	    AT(session_hours), "How long a log-in lasts."},
	{"replaced", CONFIG_CHOICE, 0, 0, "exit become", "exit", AT(replaced),
	    "What a serving program does when another file was put in its "
	    "place.  exit: end, so that whoever started it starts the new "
	    "one, as mod_fcgid wants it; become: turn into the new one on "
	    "the same socket, so that no request fails under lighttpd and "
	    "spawn-fcgi."},
	{"signup", CONFIG_CHOICE, 0, 0, "open closed", "open", AT(signup),
	    "Whether strangers may register."},
	{"signups", CONFIG_INTEGER, 0, 1000000, NULL, "20", AT(signups),
	    "How many users one network address may register in an hour; 0: "
	    "any number."},
	{"login_failures", CONFIG_INTEGER, 0, 1000000, NULL, "10",
	    AT(login_failures),
	    "How many wrong passwords an account takes in 15 minutes before "
	    "log-ins are refused, and ten times as many one network address; "
	    "0: any number."},
	{"token_rate", CONFIG_INTEGER, 0, 1000000, NULL, "0", AT(token_rate),
	    "How many requests a token may make in a minute; 0: any number."},
	{"cors_origins", CONFIG_URL, 0, 0, NULL, "", AT(cors_origins),
	    "The origins whose pages may call the API from a browser, such "
	    "as https://app.example.org, with blanks between them."},
	{"delete_in_use", CONFIG_CHOICE, 0, 0, "allow refuse", "allow",
	    AT(delete_in_use),
	    "Whether the voice API deletes a prompt that flows use; refuse: "
	    "only when ?force=true is added."},
	{"audit_key", CONFIG_PATH, 0, 0, NULL, "", AT(audit_key),
	    "A file with 64 hexadecimal digits, outside of the data directory: "
	    "the key that signs the audit log.  Default: it is not signed."},
	{"log", CONFIG_CHOICE, 0, 0, "all errors off", "all", AT(log),
	    "Which requests are logged, one line each, to standard error."},
	{"metrics", CONFIG_CHOICE, 0, 0, "admin loopback off", "admin",
	    AT(metrics),
	    "Who may read /metrics: admin: with an admin's token, or with "
	    "metrics_key; loopback: also anybody on this machine, and so, "
	    "behind a proxy on it, perhaps everybody; off: nothing is "
	    "counted."},
	{"metrics_key", CONFIG_PATH, 0, 0, NULL, "", AT(metrics_key),
	    "A file with 64 hexadecimal digits: the bearer token that opens "
	    "/metrics and nothing else.  Default: there is none."},
	{"jwt_keys", CONFIG_PATH, 0, 0, NULL, "", AT(jwt_keys),
	    "A file of the keys by which JSON Web Tokens are verified: a JWK "
	    "set, or one key in PEM.  Default: none are taken."},
	{"jwt_issuer", CONFIG_TEXT, 0, 0, NULL, "", AT(jwt_issuer),
	    "The iss claim that a JWT must have."},
	{"jwt_audience", CONFIG_TEXT, 0, 0, NULL, "", AT(jwt_audience),
	    "The audience that a JWT must be for."},
	{"jwt_audience_claim", CONFIG_CHOICE, 0, 0, "aud client_id", "aud",
	    AT(jwt_audience_claim),
	    "The claim that holds the audience; Cognito's access tokens have "
	    "it in client_id."},
	{"jwt_leeway_s", CONFIG_INTEGER, 0, 600, NULL, "60", AT(jwt_leeway_s),
	    "By how many seconds a JWT issuer's clock may differ from ours."},
	{"jwt_user_claim", CONFIG_TEXT, 0, 0, NULL, "email",
	    AT(jwt_user_claim),
	    "The claim of a JWT that holds its user's e-mail address."},
	{"jwt_groups_claim", CONFIG_TEXT, 0, 0, NULL, "groups",
	    AT(jwt_groups_claim),
	    "The claim of a JWT that jwt_roles is about, such as "
	    "cognito:groups or scope."},
	{"jwt_roles", CONFIG_TEXT, 0, 0, NULL, "", AT(jwt_roles),
	    "The roles of groups, such as staff=editor, bosses=admin.  "
	    "Default: a JWT has its user's role."},
	{NULL, CONFIG_TEXT, 0, 0, NULL, NULL, 0, NULL},
};
/* clang-format on */

const struct config_setting *
config_settings(void)
{
	return settings;
}

static const struct config_setting *
find_setting(const char *name)
{
	const struct config_setting *s;

	for (s = settings; s->name != NULL; s++) {
		if (text_equal_nocase(s->name, name))
			return s;
	}
	return NULL;
}

static bool
is_choice(const char *choices, const char *value)
{
	size_t len = strlen(value), step;

	for (; *choices != '\0'; choices += step) {
		step = strcspn(choices, " ");
		if (step == len && memcmp(choices, value, len) == 0)
			return true;
		step += strspn(choices + step, " ");
	}
	return false;
}

/* Check value and put it into c; what is wrong with it, or NULL. */
static const char *
set_value(struct config *c, const struct config_setting *s, const char *value,
    struct arena *a)
{
	char *place = (char *)c + s->offset;
	const char *text = value;
	int64_t number = 0;

	switch (s->type) {
	case CONFIG_INTEGER:
		if (!text_to_int64(value, &number) || number < s->min ||
		    number > s->max)
			return arena_printf(a,
			    "%s: a number from %" PRId64 " to %" PRId64
			    " is wanted",
			    s->name, s->min, s->max);
		memcpy(place, &number, sizeof(number));
		return NULL;
	case CONFIG_CHOICE:
		if (!is_choice(s->choices, value))
			return arena_printf(a,
			    "%s: one of these is wanted: "
			    "%s",
			    s->name, s->choices);
		break;
	case CONFIG_PATH:
		if (value[0] != '\0' && value[0] != '/')
			return arena_printf(a,
			    "%s: a path that begins with / is wanted", s->name);
		break;
	case CONFIG_TEXT:
	case CONFIG_URL:
		break;
	}
	if (text_has_control(value))
		return arena_printf(a, "%s: control characters", s->name);
	text = arena_text(a, value);
	/* "/ledger/" and "/ledger" mean the same. */
	while ((s->type == CONFIG_PATH || s->type == CONFIG_URL) &&
	    text[0] != '\0' && text[strlen(text) - 1] == '/')
		text = arena_copy(a, text, strlen(text) - 1);
	memcpy(place, &text, sizeof(text));
	return NULL;
}

/* Unless c was made by hand, without config_load. */
static void
note_source(
    struct config *c, const struct config_setting *s, const char *source)
{
	if (c->sources != NULL)
		c->sources[s - settings] = source;
}

const char *
config_source(const struct config *c, const struct config_setting *s)
{
	return c->sources[s - settings];
}

const char *
config_value(
    const struct config *c, const struct config_setting *s, struct arena *a)
{
	const char *place = (const char *)c + s->offset;
	const char *text;
	int64_t number;

	if (s->type == CONFIG_INTEGER) {
		memcpy(&number, place, sizeof(number));
		return arena_printf(a, "%" PRId64, number);
	}
	memcpy(&text, place, sizeof(text));
	return text;
}

static char *
trim(char *text)
{
	char *end = text + strlen(text);

	while (end > text && isspace((unsigned char)end[-1]))
		*--end = '\0';
	while (isspace((unsigned char)*text))
		text++;
	return text;
}

/* One line `name = value`, at `where`; what is wrong with it, or NULL. */
static const char *
read_line(struct config *c, char *line, const char *where, struct arena *a)
{
	const struct config_setting *s;
	const char *wrong;
	char *equals, *name;

	name = trim(line);
	if (*name == '\0' || *name == '#')
		return NULL;
	equals = strchr(name, '=');
	if (equals == NULL)
		return "`name = value` is wanted";
	*equals = '\0';
	s = find_setting(trim(name));
	if (s == NULL || s->offset == AT(data))
		return arena_printf(a, "unknown setting %s", trim(name));
	wrong = set_value(c, s, trim(equals + 1), a);
	if (wrong == NULL)
		note_source(c, s, where);
	return wrong;
}

static enum err
read_file(struct config *c, const char *path, bool must_exist, struct arena *a,
    struct failure *f)
{
	FILE *file = fopen(path, "re");
	const char *wrong = NULL, *where = path;
	char *line = NULL;
	size_t size = 0;
	int number = 0;

	if (file == NULL) {
		if (errno == ENOENT && !must_exist)
			return ERR_NONE;
		return err_fail(f, ERR_INTERNAL, NULL,
		    arena_printf(a, "%s: %s", path, strerror(errno)));
	}
	while (wrong == NULL && getline(&line, &size, file) != -1) {
		where = arena_printf(a, "%s:%d", path, ++number);
		wrong = read_line(c, line, where, a);
	}
	if (wrong == NULL && ferror(file) != 0)
		wrong = "cannot be read";
	free(line);
	fclose(file);
	if (wrong == NULL)
		return ERR_NONE;
	return err_fail(
	    f, ERR_INTERNAL, NULL, arena_printf(a, "%s: %s", where, wrong));
}

enum err
config_apply_env(struct config *c, const char *const *env, struct arena *a,
    struct failure *f)
{
	const struct config_setting *s;
	const char *equals, *name, *wrong;

	for (; *env != NULL; env++) {
		equals = strchr(*env, '=');
		if (equals == NULL || !text_starts(*env, PREFIX))
			continue;
		name = arena_copy(a, *env + strlen(PREFIX),
		    (size_t)(equals - *env) - strlen(PREFIX));
		/* Other PROMPTLEDGER_ names belong to whoever starts us: the
		 * configuration file's name, the web server's variables. */
		if ((s = find_setting(name)) == NULL)
			continue;
		wrong = set_value(c, s, equals + 1, a);
		if (wrong != NULL)
			return err_fail(f, ERR_INTERNAL, NULL,
			    arena_printf(
				a, "environment: %s%s", PREFIX, wrong));
		note_source(c, s, "environment");
	}
	return ERR_NONE;
}

static enum err
set_defaults(struct config *c, struct arena *a, struct failure *f)
{
	const struct config_setting *s;
	const char *wrong;

	c->sources = arena_alloc(
	    a, sizeof(settings) / sizeof(settings[0]) * sizeof(*c->sources));
	for (s = settings; s->name != NULL; s++) {
		note_source(c, s, "default");
		wrong = set_value(c, s, s->fallback, a);
		if (wrong != NULL)
			return err_fail(f, ERR_INTERNAL, NULL, wrong);
	}
	return ERR_NONE;
}

/* var in the folder above the one that holds the running program, unless
 * that was installed where programs and data keep apart. */
static const char *
find_beside(struct arena *a)
{
	static const char *const system[] = {
		"/usr/bin/",
		"/usr/lib/",
		"/usr/local/bin/",
		"/usr/local/lib/",
	};
	char exe[4096], *slash;
	ssize_t len = readlink("/proc/self/exe", exe, sizeof(exe) - 1);
	size_t i;
	int up;

	if (len <= 0)
		return SYSTEM_DATA;
	exe[len] = '\0';
	for (i = 0; i < sizeof(system) / sizeof(system[0]); i++) {
		if (text_starts(exe, system[i]))
			return SYSTEM_DATA;
	}
	for (up = 0; up < 2; up++) {
		slash = strrchr(exe, '/');
		if (slash != NULL)
			*slash = '\0';
	}
	return arena_printf(a, "%s/var", exe);
}

static const char *
make_absolute(const char *dir, struct arena *a)
{
	char cwd[4096];

	if (dir[0] == '/' || getcwd(cwd, sizeof(cwd)) == NULL)
		return arena_text(a, dir);
	return arena_printf(a, "%s/%s", cwd, dir);
}

/* Where the data lie, from the highest source to the lowest. */
static const char *
find_data(const char *data_dir, const char **source, struct arena *a)
{
	const char *env_dir = getenv(PREFIX "DATA");
	const char *state = getenv("XDG_STATE_HOME");

	if (data_dir != NULL) {
		*source = "--data";
		return make_absolute(data_dir, a);
	}
	if (env_dir != NULL && env_dir[0] != '\0') {
		*source = "environment";
		return env_dir;
	}
	*source = "default";
	if (state != NULL && state[0] == '/')
		return arena_printf(a, "%s/promptledger", state);
	return find_beside(a);
}

enum err
config_load(struct config *out, const char *data_dir, struct arena *a,
    struct failure *f)
{
	const char *file = getenv(PREFIX "CONFIG");
	extern char **environ;
	struct config c = { 0 };
	const char *dir, *source;
	enum err err;

	if ((err = set_defaults(&c, a, f)) != ERR_NONE)
		return err;
	dir = find_data(data_dir, &source, a);
	err = read_file(&c,
	    file != NULL ? file : arena_printf(a, "%s/%s", dir, FILE_NAME),
	    file != NULL, a, f);
	if (err == ERR_NONE)
		err = config_apply_env(&c, (const char *const *)environ, a, f);
	if (err != ERR_NONE)
		return err;
	c.data = dir;
	note_source(&c, find_setting("data"), source);
	*out = c;
	return ERR_NONE;
}
