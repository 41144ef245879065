/* SPDX-License-Identifier: MIT */
#include "store/lock.h"

#include "base/clock.h"
#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { BYTE_GATE, BYTE_TURN, BYTE_DOOR };

/* Interrupts a wait; nothing is done in it. */
#define WAKE_SIGNAL SIGRTMIN

static void
wake(int signal)
{
	(void)signal;
}

static int
set_byte(int fd, int command, short type, off_t byte)
{
	struct flock range = {
		.l_type = type,
		.l_whence = SEEK_SET,
		.l_start = byte,
		.l_len = 1,
	};

	return fcntl(fd, command, &range);
}

enum err
lock_open(struct lock *l, const char *path, struct failure *f)
{
	/* Without SA_RESTART, so that the signal ends a blocking fcntl. */
	struct sigaction act = { .sa_handler = wake };

	sigemptyset(&act.sa_mask);
	l->fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (l->fd == -1 || sigaction(WAKE_SIGNAL, &act, NULL) != 0) {
		log_line("event=lock_open_failed errno=%d", errno);
		return err_fail(f, ERR_IO, NULL, "cannot open the lock file");
	}
	return ERR_NONE;
}

void
lock_close(struct lock *l)
{
	if (l->fd != -1)
		close(l->fd);
	l->fd = -1;
}

/* A timer that interrupts this thread at the deadline, and then every 20 ms:
 * the first signal may come just before the thread blocks. */
static bool
start_alarm(int64_t deadline_us, timer_t *out)
{
	int64_t left_us = deadline_us - clock_steady_us();
	struct sigevent event = {
		.sigev_notify = SIGEV_THREAD_ID,
		.sigev_signo = WAKE_SIGNAL,
	};
	struct itimerspec when = { .it_interval = { .tv_nsec = 20 * 1000000 } };

	event._sigev_un._tid = (pid_t)syscall(SYS_gettid);
	if (left_us < 1000)
		left_us = 1000;
	when.it_value = clock_timespec(left_us);
	if (timer_create(CLOCK_MONOTONIC, &event, out) != 0)
		return false;
	if (timer_settime(*out, 0, &when, NULL) != 0) {
		timer_delete(*out);
		return false;
	}
	return true;
}

static bool
wait_byte(int fd, short type, off_t byte, int64_t deadline_us)
{
	timer_t alarm_timer;
	bool taken;

	if (set_byte(fd, F_OFD_SETLK, type, byte) == 0)
		return true; /* the usual case costs one system call */
	if (!start_alarm(deadline_us, &alarm_timer))
		return false;
	do {
		taken = set_byte(fd, F_OFD_SETLKW, type, byte) == 0;
	} while (!taken && errno == EINTR && clock_steady_us() < deadline_us);
	timer_delete(alarm_timer);
	return taken;
}

enum err
lock_take(struct lock *l, int64_t wait_ms, struct failure *f)
{
	int64_t deadline_us = clock_steady_us() + wait_ms * 1000;
	bool taken;

	if (!wait_byte(l->fd, F_WRLCK, BYTE_GATE, deadline_us))
		return err_fail(f, ERR_BUSY, NULL, "other writers");
	taken = wait_byte(l->fd, F_WRLCK, BYTE_TURN, deadline_us);
	set_byte(l->fd, F_OFD_SETLK, F_UNLCK, BYTE_GATE);
	if (!taken)
		return err_fail(f, ERR_BUSY, NULL, "another writer");
	return ERR_NONE;
}

void
lock_release(struct lock *l)
{
	set_byte(l->fd, F_OFD_SETLK, F_UNLCK, BYTE_TURN);
}

enum err
lock_door_take(
    struct lock *l, enum lock_door how, int64_t wait_ms, struct failure *f)
{
	short type = how == LOCK_DOOR_SHUT ? F_WRLCK : F_RDLCK;

	if (!wait_byte(
		l->fd, type, BYTE_DOOR, clock_steady_us() + wait_ms * 1000))
		return err_fail(f, ERR_BUSY, NULL, "the door");
	return ERR_NONE;
}

void
lock_door_release(struct lock *l)
{
	set_byte(l->fd, F_OFD_SETLK, F_UNLCK, BYTE_DOOR);
}
