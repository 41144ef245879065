/* SPDX-License-Identifier: MIT */
/*
 * promptledger: a prompt registry for ordinary web hosting.
 *
 * One binary, three ways to run: a web server starts it as FastCGI responder
 * (standard input is a listening socket) or as plain CGI (the environment
 * says so); a person starts it with a command.
 */
#include "api/service.h"
#include "cli/command.h"
#include "http/fcgi.h"

#include <stdlib.h>

int
main(int argc, char **argv)
{
	if (argc == 1 && fcgi_is_responder())
		return service_run(false);
	/* Before any argument is looked at: a query string without '=' comes
	 * as arguments of a CGI program (RFC 3875, 4.4). */
	if (getenv("GATEWAY_INTERFACE") != NULL)
		return service_run(true);
	return command_main(argc, argv);
}
