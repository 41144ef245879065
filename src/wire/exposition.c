/* SPDX-License-Identifier: MIT */
#include "wire/exposition.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define NUMBER_SIZE 32

/* Whole seconds, or as many decimals as are needed: 0.0025. */
static void
print_number(char out[NUMBER_SIZE], enum exposition_unit unit, uint64_t value)
{
	size_t len;

	if (unit == EXPOSITION_PLAIN || value % 1000000 == 0) {
		snprintf(out, NUMBER_SIZE, "%" PRIu64,
		    unit == EXPOSITION_PLAIN ? value : value / 1000000);
		return;
	}
	snprintf(out, NUMBER_SIZE, "%" PRIu64 ".%06" PRIu64, value / 1000000,
	    value % 1000000);
	for (len = strlen(out); out[len - 1] == '0'; len--)
		out[len - 1] = '\0';
}

static void
add_label_value(struct buf *out, const char *value)
{
	for (; *value != '\0'; value++) {
		if (*value == '\n')
			buf_text(out, "\\n");
		else if (*value == '"' || *value == '\\')
			buf_printf(out, "\\%c", *value);
		else
			buf_char(out, *value);
	}
}

static void
add_label(
    struct buf *out, const char *before, const char *name, const char *value)
{
	buf_printf(out, "%s%s=\"", before, name);
	add_label_value(out, value);
	buf_char(out, '"');
}

/* le is a histogram's own label, or NULL. */
static void
add_line(struct buf *out, const char *name, const char *suffix,
    const struct exposition_label *labels, const char *le, const char *value)
{
	const char *before = "{";

	buf_printf(out, "%s%s", name, suffix);
	for (; labels != NULL && labels->name != NULL; labels++) {
		add_label(out, before, labels->name, labels->value);
		before = ",";
	}
	if (le != NULL) {
		add_label(out, before, "le", le);
		before = ",";
	}
	buf_printf(out, "%s %s\n", before[0] == ',' ? "}" : "", value);
}

void
exposition_metric(struct buf *out, const char *name, enum exposition_type type,
    const char *help)
{
	static const char *const types[] = {
		[EXPOSITION_COUNTER] = "counter",
		[EXPOSITION_GAUGE] = "gauge",
		[EXPOSITION_HISTOGRAM] = "histogram",
	};

	buf_printf(
	    out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, types[type]);
}

void
exposition_sample(struct buf *out, const char *name,
    const struct exposition_label *labels, uint64_t value)
{
	char number[NUMBER_SIZE];

	print_number(number, EXPOSITION_PLAIN, value);
	add_line(out, name, "", labels, NULL, number);
}

void
exposition_histogram(struct buf *out, const char *name,
    const struct exposition_label *labels, const struct exposition_histogram *h)
{
	char number[NUMBER_SIZE], bound[NUMBER_SIZE];
	uint64_t so_far = 0;
	size_t i;

	for (i = 0; i <= h->bound_count; i++) {
		so_far += h->counts[i];
		print_number(number, EXPOSITION_PLAIN, so_far);
		if (i < h->bound_count)
			print_number(bound, h->unit, h->bounds[i]);
		add_line(out, name, "_bucket", labels,
		    i < h->bound_count ? bound : "+Inf", number);
	}
	add_line(out, name, "_count", labels, NULL, number);
	print_number(number, h->unit, h->sum);
	add_line(out, name, "_sum", labels, NULL, number);
}

size_t
exposition_bucket(const uint64_t *bounds, size_t bound_count, uint64_t value)
{
	size_t i = 0;

	while (i < bound_count && value > bounds[i])
		i++;
	return i;
}
