/* SPDX-License-Identifier: MIT */
/*
 * text: what every layer needs to know about bytes and characters: UTF-8,
 * hexadecimal, UUIDs, numbers read from text, slugs' alphabet.
 *
 * All functions are pure; none allocates.
 */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TEXT_UUID_SIZE 37 /* 36 characters and NUL */

/* Length of the well-formed UTF-8 sequence at text (1..4), or 0 when the
 * bytes there are not one: overlong forms, surrogates and everything past
 * U+10FFFF are refused (RFC 3629). */
size_t text_utf8_step(const char *text, size_t len);

/* Is the whole of text well-formed UTF-8? */
bool text_is_utf8(const char *text, size_t len);

/* Decode the sequence at text (which must be well formed). */
uint32_t text_utf8_decode(const char *text, size_t step);

/* Write code point (a scalar value) as UTF-8; returns the bytes written. */
size_t text_utf8_encode(uint32_t code_point, char out[4]);

/* Code points in NUL-terminated, well-formed text. */
size_t text_length(const char *text);

/* Where the *len bytes of well-formed text begin once Unicode white space is
 * cut at both ends; *len is then what is left. */
const char *text_trim(const char *text, size_t *len);

/* Does text hold an ASCII control character (below 0x20, or 0x7f)? */
bool text_has_control(const char *text);

/* White space as Unicode has it, which is what Go and Java cut as well. */
bool text_is_space(uint32_t code_point);

bool text_equal(const char *a, const char *b);
bool text_equal_nocase(const char *a, const char *b); /* ASCII only */
bool text_starts(const char *text, const char *prefix);

/* Lower-case hexadecimal of bytes; out takes 2 * len + 1 bytes. */
void text_hex(const unsigned char *bytes, size_t len, char *out);

/* Read exactly 2 * len hexadecimal digits of either case. */
bool text_unhex(const char *text, unsigned char *bytes, size_t len);

/* A whole decimal number, optional sign, nothing before or after it;
 * false on overflow. */
bool text_to_int64(const char *text, int64_t *out);

/* The canonical form 8-4-4-4-12, lower case, as this program prints ids. */
bool text_is_uuid(const char *text);

/* Accept the forms that Go's google/uuid takes (dashed, 32 digits, braces,
 * urn:uuid:, either case) and write the canonical form; out is untouched
 * on failure. */
bool text_uuid_lenient(const char *text, char out[TEXT_UUID_SIZE]);

/* Write a version 7 UUID (RFC 9562): 48 bits of UTC milliseconds, then 74
 * bits of the given random bytes. */
void text_uuid7(
    int64_t now_ms, const unsigned char random[10], char out[TEXT_UUID_SIZE]);

/* An e-mail address as px0 and PromptCrafter take it: a local part of
 * letters, digits and ._%+-, an @, a domain of letters, digits, dots and
 * dashes that ends in a dot and two or more letters; at most 254 bytes. */
bool text_is_email(const char *text);

#endif
