/* SPDX-License-Identifier: MIT */
/*
 * exposition: writes measurements as Prometheus reads them: its text format,
 * version 0.0.4.
 *
 * Metrics one after the other: exposition_metric begins each, its samples
 * follow.  The buf keeps the first failure for its owner.
 */
#ifndef WIRE_EXPOSITION_H
#define WIRE_EXPOSITION_H

#include "base/buf.h"

#include <stddef.h>
#include <stdint.h>

#define EXPOSITION_MEDIA_TYPE "text/plain; version=0.0.4; charset=utf-8"

enum exposition_type {
	EXPOSITION_COUNTER,
	EXPOSITION_GAUGE,
	EXPOSITION_HISTOGRAM,
};

struct exposition_label {
	const char *name;
	const char *value; /* any text; it is escaped */
};

/* How a number is shown. */
enum exposition_unit {
	EXPOSITION_PLAIN,
	EXPOSITION_SECONDS, /* the number counts microseconds */
};

/* A bucket holds what is no more than its bound and more than the bound
 * before; one more bucket than bounds holds the rest. */
struct exposition_histogram {
	const uint64_t *bounds;
	size_t bound_count;
	const uint64_t *counts; /* bound_count + 1 of them */
	uint64_t sum;
	enum exposition_unit unit; /* of bounds and sum */
};

/* name and help are ours, and need no escaping. */
void exposition_metric(struct buf *out, const char *name,
    enum exposition_type type, const char *help);

/* One sample; the labels (NULL: none) end with a row without a name. */
void exposition_sample(struct buf *out, const char *name,
    const struct exposition_label *labels, uint64_t value);

void exposition_histogram(struct buf *out, const char *name,
    const struct exposition_label *labels,
    const struct exposition_histogram *h);

/* The bucket of h's kind that value belongs into. */
size_t exposition_bucket(
    const uint64_t *bounds, size_t bound_count, uint64_t value);

#endif
