/* SPDX-License-Identifier: MIT */
/*
 * step_killer: preloaded into the program, kills it with SIGKILL before the
 * n-th call that changes a file: STEP_KILLER_AT=n.  With STEP_KILLER_LOG each
 * step's name is appended to that file, so that a test can tell what was
 * reached.  STEP_KILLER_LATER=s moves its time of day ahead by seconds.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

static atomic_int steps;

static void
note(const char *name)
{
	const char *path = getenv("STEP_KILLER_LOG");
	int fd;

	if (path == NULL)
		return;
	fd = (int)syscall(SYS_openat, AT_FDCWD, path,
	    O_WRONLY | O_CREAT | O_APPEND, 0666);
	syscall(SYS_write, fd, name, strlen(name));
	syscall(SYS_write, fd, "\n", 1);
	syscall(SYS_close, fd);
}

static void
step(const char *name)
{
	const char *at = getenv("STEP_KILLER_AT");

	if (atomic_fetch_add(&steps, 1) + 1 == (at == NULL ? 0 : atoi(at)))
		raise(SIGKILL);
	note(name);
}

#define STEP(type, name, parameters, arguments)             \
	type name parameters                                \
	{                                                   \
		static type (*real) parameters;             \
		if (real == NULL)                           \
			real = dlsym(RTLD_NEXT, #name);     \
		step(#name);                                \
		return real arguments;                      \
	}

int
clock_gettime(clockid_t clock, struct timespec *out)
{
	static int (*real)(clockid_t, struct timespec *);
	const char *later = getenv("STEP_KILLER_LATER");
	int result;

	if (real == NULL)
		real = (int (*)(clockid_t, struct timespec *))dlsym(
		    RTLD_NEXT, "clock_gettime");
	result = real(clock, out);
	if (result == 0 && clock == CLOCK_REALTIME && later != NULL)
		out->tv_sec += atoi(later);
	return result;
}

/* Opening is a step when it may make a file. */
#define OPEN(name, parameters, ...)                                       \
	int name parameters                                               \
	{                                                                 \
		static int (*real) parameters;                            \
		mode_t mode = 0;                                          \
		va_list list;                                             \
		if (real == NULL)                                         \
			real = (int(*) parameters)dlsym(RTLD_NEXT, #name); \
		va_start(list, flags);                                    \
		if (flags & O_CREAT) {                                    \
			mode = va_arg(list, mode_t);                      \
			step(#name);                                      \
		}                                                         \
		va_end(list);                                             \
		return real(__VA_ARGS__, flags, mode);                    \
	}

OPEN(open, (const char *path, int flags, ...), path)
OPEN(open64, (const char *path, int flags, ...), path)
OPEN(openat, (int dir, const char *path, int flags, ...), dir, path)
OPEN(openat64, (int dir, const char *path, int flags, ...), dir, path)

STEP(ssize_t, write, (int fd, const void *p, size_t n), (fd, p, n))
STEP(ssize_t, pwrite, (int fd, const void *p, size_t n, off_t at),
    (fd, p, n, at))
STEP(ssize_t, pwrite64, (int fd, const void *p, size_t n, off64_t at),
    (fd, p, n, at))
STEP(int, fsync, (int fd), (fd))
STEP(int, fdatasync, (int fd), (fd))
STEP(int, ftruncate, (int fd, off_t n), (fd, n))
STEP(int, ftruncate64, (int fd, off64_t n), (fd, n))
STEP(int, mkdir, (const char *path, mode_t mode), (path, mode))
STEP(int, mkdirat, (int dir, const char *path, mode_t mode),
    (dir, path, mode))
STEP(int, rename, (const char *from, const char *to), (from, to))
STEP(int, renameat, (int a, const char *from, int b, const char *to),
    (a, from, b, to))
STEP(int, link, (const char *from, const char *to), (from, to))
STEP(int, unlink, (const char *path), (path))
STEP(int, unlinkat, (int dir, const char *path, int flags),
    (dir, path, flags))
