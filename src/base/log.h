/* SPDX-License-Identifier: MIT */
/*
 * log: lines of key=value, each written with one write(2), so that lines of
 * several processes never mix.
 *
 * The lines go to standard error, which every web server keeps in its error
 * log.  Never log a token, a body or a password.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

/* One line: `format` gives the pairs; time and pid are put before them.
 * Control characters become '?'; a line over 2 KiB is cut. */
void log_line(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
