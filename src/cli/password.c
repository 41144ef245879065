/* SPDX-License-Identifier: MIT */
#include "cli/password.h"

#include "base/text.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <termios.h>
#include <unistd.h>

#define MIN_CHARS 8
#define MAX_CHARS 1000

/* A line without its end; false when there is none, or when it is too long or
 * holds a NUL. */
static bool
read_line(char *out, size_t size)
{
	size_t len = 0;
	int c;

	while ((c = getchar()) != EOF && c != '\n') {
		if (c == '\0' || len + 1 == size)
			return false;
		out[len++] = (char)c;
	}
	if (len > 0 && out[len - 1] == '\r')
		len--;
	out[len] = '\0';
	return len > 0;
}

/* True once a line was typed (or the terminal is gone), false when a signal
 * came first. */
static bool
wait_for_line(int signals)
{
	struct pollfd files[] = {
		{ .fd = signals, .events = POLLIN },
		{ .fd = STDIN_FILENO, .events = POLLIN },
	};

	while (poll(files, 2, -1) < 0 && errno == EINTR)
		;
	return files[0].revents == 0;
}

/* Hold back what ends or stops the program; a file that tells of it. */
static int
hold_signals(sigset_t *before)
{
	static const int numbers[] = { SIGHUP, SIGINT, SIGQUIT, SIGTERM,
		SIGTSTP };
	sigset_t held;
	size_t i;

	sigemptyset(&held);
	for (i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		sigaddset(&held, numbers[i]);
	sigprocmask(SIG_BLOCK, &held, before);
	return signalfd(-1, &held, SFD_CLOEXEC);
}

/* False when a signal came first. */
static bool
read_unseen(int signals, const char *question, char *out, size_t size)
{
	struct termios usual, unseen;
	bool is_typed;

	if (tcgetattr(STDIN_FILENO, &usual) != 0)
		return true;
	unseen = usual;
	unseen.c_lflag &= ~(tcflag_t)ECHO;
	unseen.c_lflag |= ECHONL;
	tcsetattr(STDIN_FILENO, TCSAFLUSH, &unseen);
	fputs(question, stderr);
	is_typed = wait_for_line(signals);
	if (is_typed && !read_line(out, size))
		out[0] = '\0';
	tcsetattr(STDIN_FILENO, TCSAFLUSH, &usual);
	return is_typed;
}

/* A signal takes effect once the terminal is as it was.  Where the program
 * then goes on (it was stopped for a while), it asks again. */
static void
ask(const char *question, char *out, size_t size)
{
	bool is_typed = false;
	sigset_t before;
	int signals;

	out[0] = '\0';
	while (!is_typed) {
		signals = hold_signals(&before);
		is_typed = read_unseen(signals, question, out, size);
		if (signals >= 0)
			close(signals);
		sigprocmask(SIG_SETMASK, &before, NULL);
	}
}

static const char *
ask_twice(char out[PASSWORD_SIZE])
{
	char again[PASSWORD_SIZE];
	bool same;

	ask("New password: ", out, PASSWORD_SIZE);
	if (out[0] == '\0')
		return NULL; /* refused for its length */
	ask("The same again: ", again, sizeof(again));
	same = text_equal(out, again);
	sodium_memzero(again, sizeof(again));
	return same ? NULL : "the two passwords are not the same";
}

static bool
is_good(const char *password)
{
	size_t chars;

	if (!text_is_utf8(password, strlen(password)))
		return false;
	chars = text_length(password);
	return chars >= MIN_CHARS && chars <= MAX_CHARS;
}

const char *
password_read(char out[PASSWORD_SIZE])
{
	const char *wrong = NULL;

	out[0] = '\0';
	if (isatty(STDIN_FILENO) == 1)
		wrong = ask_twice(out);
	else if (!read_line(out, PASSWORD_SIZE))
		out[0] = '\0';
	if (wrong == NULL && !is_good(out))
		wrong = "a password of 8 characters or more, at most 1000, is "
			"wanted on standard input";
	if (wrong != NULL)
		sodium_memzero(out, PASSWORD_SIZE);
	return wrong;
}
