/* SPDX-License-Identifier: MIT */
/*
 * What may be wrong with the machine under an installation: locks that do not
 * lock, a clock that is wrong, an old SQLite, programs that were replaced and
 * still run.
 */
#include "cli/doctor.h"

#include "base/clock.h"
#include "base/text.h"
#include "store/store.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/*
 * Locks.
 */

static bool
lock(int fd)
{
	struct flock range = { .l_type = F_WRLCK, .l_len = 1 };

	return fcntl(fd, F_OFD_SETLK, &range) == 0;
}

/* Does another process get the lock?  -1: it could not be tried. */
static int
try_elsewhere(const char *path)
{
	pid_t child = fork();
	int status, fd;

	if (child == 0) {
		fd = open(path, O_RDWR | O_CLOEXEC);
		_exit(fd == -1 ? 2 : lock(fd) ? 1 : 0);
	}
	if (child < 0 || waitpid(child, &status, 0) != child ||
	    !WIFEXITED(status) || WEXITSTATUS(status) > 1)
		return -1;
	return WEXITSTATUS(status);
}

/* Before the store is open: a process with an open database must not fork. */
static void
check_locks(struct doctor *d)
{
	const char *dir = doctor_session(d)->config.data;
	char path[PATH_MAX];
	int fd, got = -1;

	if (snprintf(path, sizeof(path), "%s/doctor-XXXXXX", dir) >=
		(int)sizeof(path) ||
	    (fd = mkostemp(path, O_CLOEXEC)) == -1) {
		doctor_say(d, DOCTOR_PROBLEM, "directory_unwritable", dir,
		    "cannot be written to: %s; see to its owner and mode",
		    strerror(errno));
		return;
	}
	if (lock(fd))
		got = try_elsewhere(path);
	unlink(path);
	close(fd);
	if (got != 0)
		doctor_say(d, DOCTOR_PROBLEM, "locks_broken", dir,
		    "lies where %s: move it to a local disk",
		    got == 1 ? "locks do not keep other processes out"
			     : "files cannot be locked");
}

/*
 * The program.
 */

static bool
find_program(char path[PATH_MAX])
{
	ssize_t len = readlink("/proc/self/exe", path, PATH_MAX - 1);

	path[len > 0 ? len : 0] = '\0';
	return len > 0;
}

/* It cannot be earlier than the program. */
static void
check_clock(struct doctor *d)
{
	char path[PATH_MAX], at[CLOCK_TEXT_SIZE];
	int64_t now_ms = clock_now_ms();
	struct stat st;

	if (!find_program(path) || stat(path, &st) != 0 ||
	    now_ms / 1000 >= st.st_mtime)
		return;
	clock_iso_seconds(now_ms, at);
	doctor_say(d, DOCTOR_PROBLEM, "clock_behind", at,
	    "is before this program was built: set the machine's clock");
}

static void
check_sqlite(struct doctor *d)
{
	struct store_engine engine = store_engine();

	if (!engine.is_known)
		doctor_say(d, DOCTOR_PROBLEM, "sqlite_old", engine.version,
		    "is SQLite's version, and 3.34 is needed: use the static "
		    "binary");
	if (!engine.has_threads || !engine.has_search)
		doctor_say(d, DOCTOR_PROBLEM, "sqlite_lacking", engine.version,
		    "is an SQLite without %s: use the static "
		    "binary",
		    engine.has_threads ? "FTS5" : "threads");
}

/* Does the process run what used to lie at path? */
static bool
runs_replaced(int proc, const char *pid, const char *path)
{
	char link[64], exe[PATH_MAX];
	size_t len = strlen(path);
	ssize_t got;

	snprintf(link, sizeof(link), "%.32s/exe", pid);
	got = readlinkat(proc, link, exe, sizeof(exe) - 1);
	if (got <= 0)
		return false;
	exe[got] = '\0';
	return strncmp(exe, path, len) == 0 &&
	    text_equal(exe + len, " (deleted)");
}

/* Processes of other accounts cannot be seen. */
static void
check_replaced(struct doctor *d)
{
	DIR *proc = opendir("/proc");
	char path[PATH_MAX];
	struct dirent *entry;

	if (proc == NULL)
		return;
	while (find_program(path) && (entry = readdir(proc)) != NULL) {
		if (entry->d_name[0] >= '1' && entry->d_name[0] <= '9' &&
		    runs_replaced(dirfd(proc), entry->d_name, path))
			doctor_say(d, DOCTOR_PROBLEM, "program_replaced",
			    entry->d_name,
			    "is a process that runs what %s was before it was "
			    "replaced: end it with kill",
			    path);
	}
	closedir(proc);
}

void
doctor_examine_machine(struct doctor *d)
{
	check_locks(d);
	check_clock(d);
	check_sqlite(d);
	check_replaced(d);
}
