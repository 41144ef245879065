/* SPDX-License-Identifier: MIT */
/*
 * password: reads a new password from standard input, and shows it to nobody.
 */
#ifndef CLI_PASSWORD_H
#define CLI_PASSWORD_H

/* What every family's log-in takes: 1,000 characters of up to 4 bytes. */
#define PASSWORD_SIZE (4 * 1000 + 2)

/* Read a password of 8 to 1,000 characters: the first line of standard input;
 * where that is a terminal, it is asked for twice and not echoed.  NULL, or
 * why there is none; out holds nothing of it then.
 *
 * Call it before the store is opened, whose threads would take the signals
 * that end the program before the terminal is as it was. */
const char *password_read(char out[PASSWORD_SIZE]);

#endif
