/* SPDX-License-Identifier: MIT */
/*
 * progress: tells on standard error how far long work has come: a bar on a
 * terminal, a plain line for each tenth elsewhere.
 */
#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

struct progress {
	const char *what; /* "imported" */
	int64_t total;    /* in whatever unit; 0: nothing is shown */
	int64_t shown;    /* the last part told, in its own unit */
	bool is_terminal;
};

void progress_begin(struct progress *p, const char *what, int64_t total);
void progress_show(struct progress *p, int64_t done);

/* End the bar, so that other text can follow on a line of its own. */
void progress_end(struct progress *p);

#endif
