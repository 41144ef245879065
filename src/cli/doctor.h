/* SPDX-License-Identifier: MIT */
/*
 * doctor: what the examinations of `promptledger doctor` share.  Each looks
 * at one part of an installation and tells what it finds:
 *
 *	doctor.c            the command, the report
 *	doctor_directory.c  the data directory: owner, rights, left-overs, room
 *	doctor_machine.c    locks, clock, SQLite, replaced programs
 *	doctor_database.c   journal, pages, audit log
 *	doctor_assets.c     recordings, uploads
 *	doctor_web.c        a running deployment, over HTTP
 */
#ifndef CLI_DOCTOR_H
#define CLI_DOCTOR_H

#include "cli/command.h"

#include <stdbool.h>

struct doctor;

enum doctor_weight {
	DOCTOR_NOTE,    /* settles itself, or was settled */
	DOCTOR_PROBLEM, /* somebody must do something: exit status 1 */
};

struct doctor_finding {
	enum doctor_weight weight;
	const char *kind;    /* a slug, for scripts: file_without_row */
	const char *subject; /* a path, an id or a number of them */
	const char *text;    /* what it is and what to do, without a full
	                      * stop; follows the subject */
};

/* The session whose data is looked at (its store is open for the database's
 * and the assets' examinations only); may strays be removed? */
struct command_session *doctor_session(struct doctor *d);
bool doctor_sweeps(const struct doctor *d);

void doctor_tell(struct doctor *d, const struct doctor_finding *finding);

/* The same with the text made by printf. */
void doctor_say(struct doctor *d, enum doctor_weight weight, const char *kind,
    const char *subject, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

/* The deployment that --url names, and the token to be tried there or NULL. */
const char *doctor_url(const struct doctor *d);
const char *doctor_token(const struct doctor *d);

/* Show how far a long examination has come. */
void doctor_progress(struct doctor *d, int64_t done, int64_t total);

/* Tell that the examination could not be finished, from the session's
 * failure. */
void doctor_fail(struct doctor *d);

/* The examinations. */
void doctor_examine_directory(struct doctor *d);
void doctor_examine_machine(struct doctor *d);
void doctor_examine_database(struct doctor *d);
void doctor_examine_assets(struct doctor *d);
void doctor_examine_web(struct doctor *d);

#endif
