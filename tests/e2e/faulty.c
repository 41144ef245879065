/* SPDX-License-Identifier: MIT */
/*
 * faulty: preloaded into the program, lets the n-th call that changes a file
 * below one directory, or the n-th allocation, fail.
 *
 *	FAULTY_CONTROL   a file that the test maps too: struct control
 *	FAULTY_BELOW     the directory
 *
 * The test writes what it wants into the control and then sets armed; calls
 * are counted, and failed, only while it is.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

enum { WHAT_FILES = 1, WHAT_MEMORY = 2, WHAT_LIBFCGI = 3 };
enum { SHORT_WRITE = -1 };

/* As faults.py packs it. */
struct control {
	_Atomic int32_t armed;
	int32_t what;
	int32_t at;    /* the first call that fails, from 1 */
	int32_t count; /* how many fail from there on */
	int32_t error; /* errno, or SHORT_WRITE */
	_Atomic int32_t calls;
	_Atomic int32_t failed;
	char name[36]; /* of the call that failed first */
	char only[36]; /* count calls of this name; "": of any */
	_Atomic int64_t live; /* allocations that were not freed, always told */
};

static struct control *control;
static char below[PATH_MAX];

__attribute__((constructor)) static void
open_control(void)
{
	const char *path = getenv("FAULTY_CONTROL");
	const char *dir = getenv("FAULTY_BELOW");
	int fd = path == NULL ? -1 : open(path, O_RDWR | O_CLOEXEC);
	void *map;

	if (fd == -1)
		return;
	map = mmap(NULL, sizeof(*control), PROT_READ | PROT_WRITE, MAP_SHARED,
	    fd, 0);
	close(fd);
	if (map == MAP_FAILED || dir == NULL || realpath(dir, below) == NULL)
		abort();
	strncat(below, "/", sizeof(below) - strlen(below) - 1);
	control = map;
}

/* Count a call; true when it is one that fails. */
static bool
is_to_fail(const char *name)
{
	int32_t number;

	if (control->only[0] != '\0' && strcmp(control->only, name) != 0)
		return false;
	number = atomic_fetch_add(&control->calls, 1) + 1;
	if (number < control->at || number - control->at >= control->count)
		return false;
	if (atomic_fetch_add(&control->failed, 1) == 0)
		snprintf(control->name, sizeof(control->name), "%s", name);
	return true;
}

/*
 * Files.
 */

static bool
files_are_on(void)
{
	return control != NULL && atomic_load(&control->armed) != 0 &&
	    control->what == WHAT_FILES;
}

/* The path of an open file lies below the directory. */
static bool
lies_below(int fd)
{
	char link[64], path[PATH_MAX];
	ssize_t len;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	len = readlink(link, path, sizeof(path) - 1);
	if (len < 0)
		return false;
	path[len] = '\0';
	strncat(path, "/", sizeof(path) - strlen(path) - 1);
	return strncmp(path, below, strlen(below)) == 0;
}

static bool
is_below(int dir, const char *path)
{
	if (path[0] == '/')
		return strncmp(path, below, strlen(below)) == 0;
	return dir != AT_FDCWD && lies_below(dir);
}

/* For calls that have no shorter way to succeed. */
static bool
fails(const char *name, bool is_ours)
{
	if (!files_are_on() || control->error == SHORT_WRITE || !is_ours ||
	    !is_to_fail(name))
		return false;
	errno = control->error;
	return true;
}

/* -1: fail with errno; else how many bytes may be written. */
static ssize_t
limit_write(const char *name, int fd, size_t len)
{
	if (!files_are_on() || !lies_below(fd) || !is_to_fail(name))
		return (ssize_t)len;
	if (control->error == SHORT_WRITE)
		return (ssize_t)(len > 1 ? len / 2 : len);
	errno = control->error;
	return -1;
}

#define REAL(name, type)                                          \
	static type real_##name;                                  \
	if (real_##name == NULL)                                  \
	real_##name = (type)dlsym(RTLD_NEXT, #name)

#define CALL(name, parameters, arguments, is_ours)                \
	int name parameters                                       \
	{                                                         \
		typedef int function parameters;                  \
		REAL(name, function *);                           \
		if (fails(#name, files_are_on() && (is_ours)))    \
			return -1;                                \
		return real_##name arguments;                     \
	}

CALL(fsync, (int fd), (fd), lies_below(fd))
CALL(fdatasync, (int fd), (fd), lies_below(fd))
CALL(ftruncate, (int fd, off_t len), (fd, len), lies_below(fd))
CALL(ftruncate64, (int fd, off64_t len), (fd, len), lies_below(fd))
CALL(mkdir, (const char *path, mode_t mode), (path, mode),
    is_below(AT_FDCWD, path))
CALL(mkdirat, (int dir, const char *path, mode_t mode), (dir, path, mode),
    is_below(dir, path))
CALL(rename, (const char *from, const char *to), (from, to),
    is_below(AT_FDCWD, to))
CALL(renameat, (int a, const char *from, int b, const char *to),
    (a, from, b, to), is_below(b, to))
CALL(link, (const char *from, const char *to), (from, to),
    is_below(AT_FDCWD, to))
CALL(linkat, (int a, const char *from, int b, const char *to, int flags),
    (a, from, b, to, flags), is_below(b, to))
CALL(unlink, (const char *path), (path), is_below(AT_FDCWD, path))
CALL(unlinkat, (int dir, const char *path, int flags), (dir, path, flags),
    is_below(dir, path))

/* Opening counts when it may make a file. */
#define OPEN(name, parameters, dir, ...)                                  \
	int name parameters                                               \
	{                                                                 \
		typedef int function parameters;                          \
		mode_t mode = 0;                                          \
		va_list list;                                             \
		REAL(name, function *);                                   \
		va_start(list, flags);                                    \
		if (flags & O_CREAT)                                      \
			mode = va_arg(list, mode_t);                      \
		va_end(list);                                             \
		if ((flags & O_CREAT) &&                                  \
		    fails(#name, files_are_on() && is_below(dir, path)))  \
			return -1;                                        \
		return real_##name(__VA_ARGS__, flags, mode);             \
	}

OPEN(open, (const char *path, int flags, ...), AT_FDCWD, path)
OPEN(open64, (const char *path, int flags, ...), AT_FDCWD, path)
OPEN(openat, (int dir, const char *path, int flags, ...), dir, dir, path)
OPEN(openat64, (int dir, const char *path, int flags, ...), dir, dir, path)

#define WRITE(name, parameters, arguments)                        \
	ssize_t name parameters                                   \
	{                                                         \
		typedef ssize_t function parameters;              \
		ssize_t limit = limit_write(#name, fd, len);      \
		REAL(name, function *);                           \
		if (limit < 0)                                    \
			return -1;                                \
		len = (size_t)limit;                              \
		return real_##name arguments;                     \
	}

WRITE(write, (int fd, const void *p, size_t len), (fd, p, len))
WRITE(pwrite, (int fd, const void *p, size_t len, off_t at),
    (fd, p, len, at))
WRITE(pwrite64, (int fd, const void *p, size_t len, off64_t at),
    (fd, p, len, at))

/*
 * Memory.  glibc exports what stands behind malloc, so nothing has to be
 * looked up, which would allocate.
 */

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);
void __libc_free(void *p);

static __thread bool is_looking; /* dladdr may allocate */

/* Who called: libfcgi, which asserts that malloc succeeds, or anybody else? */
static bool
lacks_memory(const char *name, const void *caller)
{
	Dl_info info;
	bool is_libfcgi, lacks = false;
	const char *slash;
	char place[sizeof(control->name)];

	if (control == NULL || atomic_load(&control->armed) == 0 ||
	    control->what == WHAT_FILES || is_looking)
		return false;
	is_looking = true;
	memset(&info, 0, sizeof(info));
	is_libfcgi = dladdr(caller, &info) != 0 && info.dli_fname != NULL &&
	    strstr(info.dli_fname, "libfcgi") != NULL;
	slash = info.dli_fname == NULL ? NULL : strrchr(info.dli_fname, '/');
	snprintf(place, sizeof(place), "%s %s", name,
	    slash == NULL ? "" : slash + 1);
	if (is_libfcgi == (control->what == WHAT_LIBFCGI))
		lacks = is_to_fail(place);
	is_looking = false;
	if (lacks)
		errno = ENOMEM;
	return lacks;
}

static void *
count_live(void *p, int change)
{
	if (p != NULL && control != NULL)
		atomic_fetch_add(&control->live, change);
	return p;
}

void *
malloc(size_t size)
{
	return lacks_memory("malloc", __builtin_return_address(0))
	    ? NULL
	    : count_live(__libc_malloc(size), 1);
}

void *
calloc(size_t count, size_t size)
{
	return lacks_memory("calloc", __builtin_return_address(0))
	    ? NULL
	    : count_live(__libc_calloc(count, size), 1);
}

void *
realloc(void *old, size_t size)
{
	return lacks_memory("realloc", __builtin_return_address(0))
	    ? NULL
	    : count_live(__libc_realloc(old, size), old == NULL ? 1 : 0);
}

void
free(void *p)
{
	__libc_free(count_live(p, -1));
}
