/* SPDX-License-Identifier: MIT */
/*
 * tally: numbers that all processes of an installation count up together,
 * without a write to the database.
 *
 * They lie in a file that every process maps into its memory, so that they
 * outlive the processes.  What each number means is part of the file's name
 * (layout): another program does not misread them, it begins a file of its
 * own.  On a network file system, where a mapping is not shared between
 * machines, each machine counts for itself.
 */
#ifndef BASE_TALLY_H
#define BASE_TALLY_H

#include "base/err.h"

#include <stddef.h>
#include <stdint.h>

struct tally;

/* Map <dir>/<name>-<layout>, made with count numbers, all 0, when it is
 * missing; files of the same name with another layout are removed then.
 * ERR_IO or ERR_INTERNAL with f->detail. */
enum err tally_open(const char *dir, const char *name, uint64_t layout,
    size_t count, struct tally **out, struct failure *f);
void tally_close(struct tally *t); /* NULL is fine */

/* Any thread may call; about as dear as one uncontended lock. */
void tally_add(struct tally *t, size_t index, uint64_t more);
uint64_t tally_get(const struct tally *t, size_t index);

/* How many processes have this file open, up to a thousand: the kernel knows,
 * so one that was killed does not count. */
unsigned tally_processes(const struct tally *t);

#endif
