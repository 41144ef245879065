/* SPDX-License-Identifier: MIT */
/*
 * To be preloaded: every fsync takes SLOW_FSYNC_MS longer and leaves one byte
 * in the file SLOW_FSYNC_COUNT, so that a test can count them.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static void
count_and_wait(void)
{
	const char *ms = getenv("SLOW_FSYNC_MS");
	const char *count = getenv("SLOW_FSYNC_COUNT");
	long delay = ms == NULL ? 0 : atol(ms);
	struct timespec left = { delay / 1000, delay % 1000 * 1000000 };
	int fd = count == NULL
	    ? -1
	    : open(count, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);

	if (fd >= 0) {
		if (write(fd, "x", 1) != 1)
			abort();
		close(fd);
	}
	while (nanosleep(&left, &left) != 0)
		continue;
}

int
fsync(int fd)
{
	count_and_wait();
	return (int)syscall(SYS_fsync, fd);
}

int
fdatasync(int fd)
{
	count_and_wait();
	return (int)syscall(SYS_fdatasync, fd);
}
