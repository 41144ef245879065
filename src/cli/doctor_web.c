/* SPDX-License-Identifier: MIT */
/*
 * What a web server in front of the program may do to requests: asked over
 * HTTP, by curl.  Nothing that is asked changes anything.
 */
#include "cli/doctor.h"

void
doctor_examine_web(struct doctor *d)
{
	(void)d;
}
