/* SPDX-License-Identifier: MIT */
#include "base/tally.h"

#include "base/text.h"

#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define SEATS 1000

struct tally {
	_Atomic uint64_t *numbers;
	size_t count;
	int fd;
};

/* Lock the byte that stands for a process; the kernel lets go of it when the
 * process ends, however it does. */
static int
set_seat(int fd, int command, off_t seat, off_t seats, struct flock *range)
{
	*range = (struct flock){
		.l_type = F_WRLCK,
		.l_whence = SEEK_SET,
		.l_start = seat,
		.l_len = seats,
	};
	return fcntl(fd, command, range);
}

/* A process that finds no seat counts all the same; it is not counted. */
static void
take_seat(int fd)
{
	struct flock range;
	off_t seat = 0;

	while (seat < SEATS && set_seat(fd, F_OFD_SETLK, seat, 1, &range) != 0)
		seat++;
}

/* What another layout left behind.  Who still has it open keeps it. */
static void
remove_others(const char *dir, const char *prefix, const char *name)
{
	DIR *list = opendir(dir);
	struct dirent *entry;

	if (list == NULL)
		return;
	while ((entry = readdir(list)) != NULL) {
		if (text_starts(entry->d_name, prefix) &&
		    !text_equal(entry->d_name, name))
			(void)unlinkat(dirfd(list), entry->d_name, 0);
	}
	closedir(list);
}

static int
open_file(const char *dir, const char *name, uint64_t layout, struct failure *f)
{
	char path[PATH_MAX], prefix[32], file[64];
	const int flags = O_RDWR | O_CLOEXEC | O_NOFOLLOW;
	int fd;

	snprintf(prefix, sizeof(prefix), "%s-", name);
	snprintf(file, sizeof(file), "%s%016" PRIx64, prefix, layout);
	if (snprintf(path, sizeof(path), "%s/%s", dir, file) >=
	    (int)sizeof(path)) {
		err_fail(f, ERR_IO, NULL, "the name is too long");
		return -1;
	}
	fd = open(path, flags | O_CREAT | O_EXCL, 0600);
	if (fd != -1)
		remove_others(dir, prefix, file);
	else
		fd = open(path, flags | O_CREAT, 0600);
	if (fd == -1)
		err_fail(f, ERR_IO, NULL, "cannot open the tally");
	return fd;
}

static enum err
map_file(int fd, size_t count, struct tally **out, struct failure *f)
{
	size_t size = count * sizeof(_Atomic uint64_t);
	struct tally *t;
	void *map = MAP_FAILED;
	struct stat st;

	/* Space is reserved: a page without any would be a SIGBUS. */
	if (fstat(fd, &st) == 0 &&
	    (st.st_size >= (off_t)size ||
		posix_fallocate(fd, 0, (off_t)size) == 0))
		map =
		    mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (map == MAP_FAILED)
		return err_fail(f, ERR_IO, NULL, "cannot map the tally");
	t = malloc(sizeof(*t));
	if (t == NULL) {
		munmap(map, size);
		return err_fail(f, ERR_INTERNAL, NULL, "out of memory");
	}
	*t = (struct tally){ .numbers = map, .count = count, .fd = fd };
	*out = t;
	return ERR_NONE;
}

enum err
tally_open(const char *dir, const char *name, uint64_t layout, size_t count,
    struct tally **out, struct failure *f)
{
	int fd = open_file(dir, name, layout, f);
	enum err err;

	if (fd == -1)
		return f->code;
	if ((err = map_file(fd, count, out, f)) != ERR_NONE) {
		close(fd);
		return err;
	}
	take_seat(fd);
	return ERR_NONE;
}

void
tally_close(struct tally *t)
{
	if (t == NULL)
		return;
	munmap((void *)t->numbers, t->count * sizeof(*t->numbers));
	close(t->fd);
	free(t);
}

/* Nothing is ordered by these numbers. */
void
tally_add(struct tally *t, size_t index, uint64_t more)
{
	atomic_fetch_add_explicit(
	    &t->numbers[index], more, memory_order_relaxed);
}

uint64_t
tally_get(const struct tally *t, size_t index)
{
	return atomic_load_explicit(&t->numbers[index], memory_order_relaxed);
}

unsigned
tally_processes(const struct tally *t)
{
	unsigned count = 1; /* our own lock is in nobody's way but others' */
	struct flock range;
	off_t seat = 0;

	while (seat < SEATS &&
	    set_seat(t->fd, F_OFD_GETLK, seat, SEATS - seat, &range) == 0 &&
	    range.l_type != F_UNLCK) {
		count++;
		seat = range.l_start + range.l_len;
	}
	return count;
}
