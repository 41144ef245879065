/* SPDX-License-Identifier: MIT */
/*
 * A disk that takes its time: preloaded (LD_PRELOAD), it lets every fsync and
 * fdatasync take SLOW_DISK_MS milliseconds more, or what -DSLOW_DISK_MS=… said
 * when it was built, and leaves one byte for each in the file
 * SLOW_DISK_COUNT, if the environment names one.
 *
 * PHP loads its modules with RTLD_DEEPBIND: SQLite would look for fsync in
 * the C library first and pass by this one.  So name libsqlite3.so.0 behind it
 * in LD_PRELOAD; what is loaded by then looks here.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#ifndef SLOW_DISK_MS
#define SLOW_DISK_MS 0
#endif

static void
count(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);

	if (fd < 0)
		return;
	if (write(fd, "x", 1) != 1)
		abort();
	close(fd);
}

static void
take_time(void)
{
	const char *said = getenv("SLOW_DISK_MS");
	const char *path = getenv("SLOW_DISK_COUNT");
	const long ms = said == NULL ? SLOW_DISK_MS : atol(said);
	struct timespec left = { ms / 1000, ms % 1000 * 1000000 };

	if (path != NULL)
		count(path);
	/* A signal must not shorten it. */
	while (nanosleep(&left, &left) != 0)
		continue;
}

int
fsync(int fd)
{
	take_time();
	return (int)syscall(SYS_fsync, fd);
}

int
fdatasync(int fd)
{
	take_time();
	return (int)syscall(SYS_fdatasync, fd);
}
