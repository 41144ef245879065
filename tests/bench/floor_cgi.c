/* SPDX-License-Identifier: MIT */
/* The least that a CGI program can do: print a header. */
#include <stdio.h>

int
main(void)
{
	return puts("Status: 200 OK\r\nContent-Type: application/json\r\n"
		    "Content-Length: 0\r\n\r") == EOF;
}
