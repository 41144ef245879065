/* SPDX-License-Identifier: MIT */
/*
 * A machine with faults that a test cannot make otherwise, for LD_PRELOAD.
 * WRONG_MACHINE names them: locks (every lock is granted), nfs, full,
 * unshared (without the shared memory that SQLite wants for its WAL).
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>

static int
is_wrong(const char *what)
{
	const char *faults = getenv("WRONG_MACHINE");

	return faults != NULL && strstr(faults, what) != NULL;
}

int
fcntl(int fd, int command, ...)
{
	int (*next)(int, int, ...) = dlsym(RTLD_NEXT, "fcntl");
	va_list ap;
	void *arg;

	va_start(ap, command);
	arg = va_arg(ap, void *);
	va_end(ap);
	if (command == F_OFD_SETLK && is_wrong("locks"))
		return 0;
	return next(fd, command, arg);
}

int
statfs(const char *path, struct statfs *out)
{
	int (*next)(const char *, struct statfs *) =
	    dlsym(RTLD_NEXT, "statfs");
	int result = next(path, out);

	if (is_wrong("nfs"))
		out->f_type = 0x6969;
	return result;
}

int
statvfs(const char *path, struct statvfs *out)
{
	int (*next)(const char *, struct statvfs *) =
	    dlsym(RTLD_NEXT, "statvfs");
	int result = next(path, out);

	if (is_wrong("full")) {
		out->f_bavail = (12 << 20) / out->f_frsize;
		out->f_files = 1000000;
		out->f_favail = 7;
	}
	return result;
}

/* What SQLite answers there, it answers to this. */
int
sqlite3_prepare_v2(
    void *db, const char *sql, int len, void **statement, const char **tail)
{
	int (*next)(void *, const char *, int, void **, const char **) =
	    dlsym(RTLD_NEXT, "sqlite3_prepare_v2");

	if (is_wrong("unshared") && strcmp(sql, "PRAGMA journal_mode = WAL") == 0)
		sql = "PRAGMA journal_mode = DELETE";
	return next(db, sql, len, statement, tail);
}
