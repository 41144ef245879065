/* SPDX-License-Identifier: MIT */
/*
 * fuzz: what the targets share.  A target is one function that takes any
 * bytes; libFuzzer calls it with bytes of its own making (make fuzz), replay.c
 * with the committed ones (make check).
 */
#ifndef TESTS_FUZZ_H
#define TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What must hold whatever the bytes are. */
#define MUST(condition)                                                  \
	do {                                                             \
		if (!(condition)) {                                      \
			fprintf(stderr, "%s:%d: broken: %s\n", __FILE__, \
			    __LINE__, #condition);                       \
			abort();                                         \
		}                                                        \
	} while (0)

/* The input as text up to its first NUL, in memory of its own, so that a step
 * past its end is seen; the caller frees it. */
static inline char *
fuzz_text(const uint8_t *data, size_t size)
{
	char *text = strndup((const char *)data, size);

	MUST(text != NULL);
	return text;
}

#endif
