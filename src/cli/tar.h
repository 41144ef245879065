/* SPDX-License-Identifier: MIT */
/*
 * tar: headers of a POSIX ustar archive that holds regular files only, all
 * readable by their owner alone and of one age.
 *
 * A header is made from three values and nothing else, so a reader need not
 * interpret what it gets: it takes the size and the time, makes the header
 * that belongs to the name it expects, and compares.  Links, odd names, other
 * dialects and flipped bits are all "another header".
 *
 * Files of 8 GiB and more have their size in base 256, as GNU tar, bsdtar and
 * star write and read it.
 */
#ifndef CLI_TAR_H
#define CLI_TAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TAR_BLOCK 512
#define TAR_NAME_MAX 99

/* name: at most TAR_NAME_MAX bytes. */
void tar_header(const char *name, int64_t size_bytes, int64_t at_s,
    unsigned char out[TAR_BLOCK]);

/* The size and the time in a header; false when there are none. */
bool tar_header_values(
    const unsigned char header[TAR_BLOCK], int64_t *size_bytes, int64_t *at_s);

/* How many zero bytes follow a file of this size. */
size_t tar_padding(int64_t size_bytes);

#endif
