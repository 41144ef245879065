/* SPDX-License-Identifier: MIT */
#include "cli/tar.h"

#include <assert.h>
#include <string.h>

/* The fields of a ustar header (POSIX.1-2008, pax, "ustar Interchange
 * Format"). */
enum {
	AT_NAME = 0,
	AT_MODE = 100,
	AT_UID = 108,
	AT_GID = 116,
	AT_SIZE = 124,
	AT_TIME = 136,
	AT_SUM = 148,
	AT_TYPE = 156,
	AT_MAGIC = 257,
	NUMBER_BYTES = 12, /* of size and time: 11 digits and a NUL */
};

#define OCTAL_MAX INT64_C(077777777777)

static void
write_octal(unsigned char *field, int digits, int64_t value)
{
	while (digits-- > 0) {
		field[digits] = (unsigned char)('0' + (value & 7));
		value >>= 3;
	}
}

static void
write_number(unsigned char *field, int64_t value)
{
	int i;

	if (value <= OCTAL_MAX) {
		write_octal(field, NUMBER_BYTES - 1, value);
		return;
	}
	for (i = NUMBER_BYTES - 1; i > 0; i--) {
		field[i] = (unsigned char)value;
		value >>= 8;
	}
	field[0] = 0x80;
}

static bool
read_number(const unsigned char *field, int64_t *out)
{
	int64_t value = 0;
	int i;

	if (field[0] == 0x80) {
		for (i = 1; i < NUMBER_BYTES; i++) {
			if (value > INT64_MAX >> 8)
				return false;
			value = value << 8 | field[i];
		}
	} else {
		for (i = 0; i < NUMBER_BYTES - 1; i++) {
			if (field[i] < '0' || field[i] > '7')
				return false;
			value = value << 3 | (field[i] - '0');
		}
	}
	*out = value;
	return true;
}

void
tar_header(const char *name, int64_t size_bytes, int64_t at_s,
    unsigned char out[TAR_BLOCK])
{
	unsigned sum = 0;
	size_t i;

	assert(strlen(name) <= TAR_NAME_MAX && size_bytes >= 0 && at_s >= 0);
	memset(out, 0, TAR_BLOCK);
	memcpy(out + AT_NAME, name, strlen(name));
	write_octal(out + AT_MODE, 7, 0600);
	write_octal(out + AT_UID, 7, 0);
	write_octal(out + AT_GID, 7, 0);
	write_number(out + AT_SIZE, size_bytes);
	write_number(out + AT_TIME, at_s);
	out[AT_TYPE] = '0';
	memcpy(out + AT_MAGIC, "ustar\00000", 8);
	/* The sum is made with blanks in its own place. */
	memset(out + AT_SUM, ' ', 8);
	for (i = 0; i < TAR_BLOCK; i++)
		sum += out[i];
	write_octal(out + AT_SUM, 6, sum);
	out[AT_SUM + 6] = '\0';
}

bool
tar_header_values(
    const unsigned char header[TAR_BLOCK], int64_t *size_bytes, int64_t *at_s)
{
	return read_number(header + AT_SIZE, size_bytes) &&
	    read_number(header + AT_TIME, at_s);
}

size_t
tar_padding(int64_t size_bytes)
{
	return (size_t)((TAR_BLOCK - size_bytes % TAR_BLOCK) % TAR_BLOCK);
}
