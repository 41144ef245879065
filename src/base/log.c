/* SPDX-License-Identifier: MIT */
#include "base/log.h"

#include "base/clock.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define LINE_BYTES 2048

void
log_line(const char *format, ...)
{
	char line[LINE_BYTES], at[CLOCK_TEXT_SIZE], *c;
	va_list ap;
	int len, more;

	clock_iso_ms(clock_now_ms(), at);
	len =
	    snprintf(line, sizeof(line), "at=%s pid=%ld ", at, (long)getpid());
	va_start(ap, format);
	more =
	    vsnprintf(line + len, sizeof(line) - (size_t)len - 1, format, ap);
	va_end(ap);
	if (more > 0)
		len = (int)strlen(line);
	for (c = line; *c != '\0'; c++) {
		if ((unsigned char)*c < 0x20 || *c == 0x7f)
			*c = '?';
	}
	line[len] = '\n';
	/* A log that cannot be written has nowhere to be reported to. */
	if (write(STDERR_FILENO, line, (size_t)len + 1) < 0)
		return;
}
