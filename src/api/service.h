/* SPDX-License-Identifier: MIT */
/*
 * service: the program as a web server starts it: opens the installation with
 * the first request (whose parameters may configure it) and answers every
 * request through dispatch.
 */
#ifndef API_SERVICE_H
#define API_SERVICE_H

#include <stdbool.h>

/* Serve as FastCGI responder, or the one request of plain CGI.  The value is
 * the process's exit status. */
int service_run(bool as_cgi);

#endif
