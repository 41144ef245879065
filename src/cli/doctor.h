/* SPDX-License-Identifier: MIT */
/*
 * doctor: what the examinations of `promptledger doctor` share.  Each looks
 * at one part of an installation and tells what it finds:
 *
 *	doctor.c         the command, the report
 *	doctor_assets.c  recordings, uploads
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

/* The session whose data is looked at; may strays be removed? */
struct command_session *doctor_session(struct doctor *d);
bool doctor_sweeps(const struct doctor *d);

void doctor_tell(struct doctor *d, const struct doctor_finding *finding);

/* Show how far a long examination has come. */
void doctor_progress(struct doctor *d, int64_t done, int64_t total);

/* Tell that the examination could not be finished, from the session's
 * failure. */
void doctor_fail(struct doctor *d);

/* The examinations. */
void doctor_examine_assets(struct doctor *d);

#endif
