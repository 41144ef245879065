/* SPDX-License-Identifier: MIT */
/*
 * promptledger doctor: looks for what is wrong with an installation and says,
 * in one line each, what to do.
 *
 * Exit status: 0 nothing is wrong (or not any more, with --sweep), 1 something
 * is, or could not be looked at, 2 it was called wrongly.
 */
#include "cli/doctor.h"

#include "base/text.h"
#include "cli/progress.h"
#include "store/store.h"
#include "wire/doc.h"

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define REPORT_MAX_BYTES ((size_t)64 << 20)

struct doctor {
	struct command_session session;
	bool sweeps;
	bool as_json;
	const char *url; /* NULL: the installation itself is looked at */
	const char *token;
	const char *examination; /* the one under way */
	struct progress progress;
	bool has_progress;
	int64_t problems;
	struct buf report; /* JSON */
	struct doc doc;
};

enum patient { DEPLOYMENT, INSTALLATION, OPEN_STORE };

static const struct examination {
	const char *name;
	enum patient patient;
	void (*run)(struct doctor *d);
} examinations[] = {
	{ "web", DEPLOYMENT, doctor_examine_web },
	{ "directory", INSTALLATION, doctor_examine_directory },
	{ "machine", INSTALLATION, doctor_examine_machine },
	{ "database", OPEN_STORE, doctor_examine_database },
	{ "assets", OPEN_STORE, doctor_examine_assets },
};

struct command_session *
doctor_session(struct doctor *d)
{
	return &d->session;
}

bool
doctor_sweeps(const struct doctor *d)
{
	return d->sweeps;
}

const char *
doctor_url(const struct doctor *d)
{
	return d->url;
}

const char *
doctor_token(const struct doctor *d)
{
	return d->token;
}

static void
tell_json(struct doctor *d, const struct doctor_finding *f)
{
	doc_object(&d->doc, NULL);
	doc_text(&d->doc, "examination", d->examination);
	doc_text(&d->doc, "kind", f->kind);
	doc_boolean(&d->doc, "is_problem", f->weight == DOCTOR_PROBLEM);
	doc_text(&d->doc, "subject", f->subject);
	doc_text(&d->doc, "text", f->text);
	doc_object_end(&d->doc);
}

void
doctor_tell(struct doctor *d, const struct doctor_finding *f)
{
	if (f->weight == DOCTOR_PROBLEM)
		d->problems++;
	if (d->has_progress)
		progress_end(&d->progress);
	if (d->as_json)
		tell_json(d, f);
	else
		printf("%s: %s %s\n", d->examination, f->subject, f->text);
}

void
doctor_say(struct doctor *d, enum doctor_weight weight, const char *kind,
    const char *subject, const char *format, ...)
{
	char text[512];
	const struct doctor_finding finding = { weight, kind, subject, text };
	va_list ap;

	va_start(ap, format);
	vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	doctor_tell(d, &finding);
}

void
doctor_progress(struct doctor *d, int64_t done, int64_t total)
{
	if (!d->has_progress)
		progress_begin(&d->progress, "examined", total);
	d->has_progress = true;
	progress_show(&d->progress, done);
}

void
doctor_fail(struct doctor *d)
{
	d->problems++;
	command_failed(&d->session, d->examination);
}

static void
examine(struct doctor *d, enum patient patient)
{
	size_t i;

	for (i = 0; i < sizeof(examinations) / sizeof(examinations[0]); i++) {
		if (examinations[i].patient != patient)
			continue;
		d->examination = examinations[i].name;
		d->has_progress = false;
		examinations[i].run(d);
		if (d->has_progress)
			progress_end(&d->progress);
	}
}

/* Is there nothing at all, so that the name must be mistyped?  In a directory
 * that is closed to us there may be something. */
static bool
is_mistyped(const char *dir)
{
	return !store_exists(dir) &&
	    (access(dir, X_OK) == 0 || errno == ENOENT);
}

/* What is wrong with the directory may be why the store cannot be opened, so
 * that is looked at first. */
static void
examine_installation(struct doctor *d)
{
	struct command_session *s = &d->session;

	examine(d, INSTALLATION);
	if (command_open_data(s, COMMAND_DATA_EXISTING) == ERR_NONE) {
		examine(d, OPEN_STORE);
		return;
	}
	d->examination = "database";
	doctor_say(d, DOCTOR_PROBLEM, "database_closed", s->config.data,
	    "cannot be opened: %s", command_explain(&s->failure));
}

/* The whole report at once, because its end decides its beginning. */
static int
print_json(struct doctor *d)
{
	struct buf out;
	struct doc doc;
	int status = COMMAND_DONE;

	doc_array_end(&d->doc);
	buf_init(&out, REPORT_MAX_BYTES + 1024);
	doc_init(&doc, &out);
	doc_object(&doc, NULL);
	doc_boolean(&doc, "ok", d->problems == 0);
	doc_json(&doc, "findings", buf_string(&d->report));
	doc_object_end(&doc);
	if (buf_failed(&d->report) || buf_failed(&out)) {
		fputs("promptledger doctor: the report is too long\n", stderr);
		status = COMMAND_FAILED;
	} else {
		puts(buf_string(&out));
	}
	buf_free(&out);
	return status;
}

static int
print_end(struct doctor *d)
{
	if (d->as_json) {
		if (print_json(d) != COMMAND_DONE)
			return COMMAND_FAILED;
	} else if (d->problems > 0) {
		printf("%" PRId64 " problem%s\n", d->problems,
		    d->problems == 1 ? "" : "s");
	} else {
		puts("ok");
	}
	return d->problems == 0 ? COMMAND_DONE : COMMAND_FAILED;
}

/* Paths are put behind it. */
static const char *
cut_slashes(char *url)
{
	size_t len = strlen(url);

	while (len > 0 && url[len - 1] == '/')
		url[--len] = '\0';
	return url;
}

static int
run_doctor(const struct command *self, int argc, char **argv)
{
	static const struct option options[] = {
		{ "data", required_argument, NULL, 'd' },
		{ "sweep", no_argument, NULL, 's' },
		{ "json", no_argument, NULL, 'j' },
		{ "url", required_argument, NULL, 'u' },
		{ "token", required_argument, NULL, 't' },
		{ NULL, 0, NULL, 0 },
	};
	struct doctor d = { 0 };
	const char *data = NULL;
	int option, status;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 'd')
			data = optarg;
		else if (option == 's')
			d.sweeps = true;
		else if (option == 'j')
			d.as_json = true;
		else if (option == 'u')
			d.url = cut_slashes(optarg);
		else if (option == 't')
			d.token = optarg;
		else
			return command_misused(self, NULL);
	}
	if (optind != argc)
		return command_misused(self, "too many arguments");
	if (d.token != NULL && d.url == NULL)
		return command_misused(self, "--token is for --url");
	if (d.url != NULL && !text_starts(d.url, "http://") &&
	    !text_starts(d.url, "https://"))
		return command_misused(
		    self, "--url begins with http:// or https://");
	if (!command_open(&d.session, COMMAND_DATA_CLOSED, data))
		return COMMAND_FAILED;
	if (d.url == NULL && is_mistyped(d.session.config.data)) {
		(void)command_open_data(&d.session, COMMAND_DATA_EXISTING);
		status = command_failed(
		    &d.session, "cannot open the data directory");
		command_close(&d.session);
		return status;
	}
	buf_init(&d.report, REPORT_MAX_BYTES);
	doc_init(&d.doc, &d.report);
	doc_array(&d.doc, NULL);
	if (d.url != NULL)
		examine(&d, DEPLOYMENT);
	else
		examine_installation(&d);
	status = print_end(&d);
	buf_free(&d.report);
	command_close(&d.session);
	return status;
}

const struct command doctor_command = {
	.name = "doctor",
	.usage = "[--sweep] [--url URL [--token T]] [--json] [--data DIR]",
	.summary = "look for what is wrong and say what to do; --sweep removes "
		   "what is left over; --url asks a running deployment; 1 when "
		   "something is wrong",
	.run = run_doctor,
};
