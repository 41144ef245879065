/* SPDX-License-Identifier: MIT */
/*
 * A disk that takes its time: preloaded (LD_PRELOAD), it lets every fsync and
 * fdatasync take DELAY_MS milliseconds more.  Built with -DDELAY_MS=…
 *
 * PHP loads its modules with RTLD_DEEPBIND: SQLite would look for fsync in
 * the C library first and pass by this one.  So name libsqlite3.so.0 behind it
 * in LD_PRELOAD; what is loaded by then looks here.
 */
#include <dlfcn.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

typedef int sync_fn(int fd);

static void
delay(void)
{
	struct timespec left = {
		.tv_sec = DELAY_MS / 1000,
		.tv_nsec = DELAY_MS % 1000 * 1000000,
	};

	/* A signal must not shorten it. */
	while (nanosleep(&left, &left) != 0)
		continue;
}

/* POSIX wants a function's address to fit a void pointer, ISO C does not. */
static sync_fn *
find_real(const char *name)
{
	union {
		void *data;
		sync_fn *function;
	} found = { .data = dlsym(RTLD_NEXT, name) };

	if (found.data == NULL)
		abort();
	return found.function;
}

int
fsync(int fd)
{
	delay();
	return find_real("fsync")(fd);
}

int
fdatasync(int fd)
{
	delay();
	return find_real("fdatasync")(fd);
}
