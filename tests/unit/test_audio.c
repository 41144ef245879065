/* SPDX-License-Identifier: MIT */
#include "domain/audio.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(table) (sizeof(table) / sizeof(*(table)))
#define FILE_MAX 20000

/* A file in memory, made piece by piece. */
struct file {
	unsigned char bytes[FILE_MAX];
	size_t len;
	bool broken; /* reading fails */
};

static struct file file;
static struct audio audio;
static struct failure failure;

static void
begin(void)
{
	memset(&file, 0, sizeof(file));
	memset(&audio, 0, sizeof(audio));
	memset(&failure, 0, sizeof(failure));
}

static void
add(const void *bytes, size_t len)
{
	assert_true(file.len + len <= FILE_MAX);
	memcpy(file.bytes + file.len, bytes, len);
	file.len += len;
}

static void
add_text(const char *text)
{
	add(text, strlen(text));
}

static void
add_filler(unsigned char byte, size_t len)
{
	while (len-- > 0)
		add(&byte, 1);
}

static void
add_le(uint32_t value, size_t len)
{
	unsigned char byte;

	for (; len > 0; len--, value >>= 8) {
		byte = (unsigned char)value;
		add(&byte, 1);
	}
}

static ssize_t
read_memory(void *source, uint64_t at, void *bytes, size_t len)
{
	struct file *f = source;
	size_t part;

	if (f->broken)
		return -1;
	assert_true(at <= f->len && len <= f->len - at);
	/* Short reads are allowed, and must be dealt with. */
	part = len > 700 ? 700 : len;
	memcpy(bytes, f->bytes + at, part);
	return (ssize_t)part;
}

static enum err
inspect(void)
{
	struct audio_source source = { read_memory, &file, file.len };

	return audio_inspect(&source, &audio, &failure);
}

/* Where things stand in a WAV file as make_wav makes it. */
enum {
	AT_RIFF = 0,
	AT_RIFF_LEN = 4,
	AT_WAVE = 8,
	AT_FMT = 12,
	AT_FMT_LEN = 16,
	AT_TAG = 20,
	AT_CHANNELS = 22,
	AT_RATE = 24,
	AT_FRAME_BYTES = 32,
	AT_BITS = 34,
	AT_DATA = 36,
	AT_DATA_LEN = 40,
};

static void
put(size_t at, uint32_t value, size_t len)
{
	for (; len > 0; len--, value >>= 8)
		file.bytes[at++] = (unsigned char)value;
}

static void
add_format(uint32_t tag, uint32_t len)
{
	add_text("fmt ");
	add_le(len, 4);
	add_le(tag, 2);
	add_le(1, 2);
	add_le(8000, 4);
	add_le(16000, 4);
	add_le(2, 2);
	add_le(16, 2);
}

static void
add_samples(size_t len)
{
	add_text("data");
	add_le((uint32_t)len, 4);
	add_filler(0x55, len);
}

/* PCM of 16 bits, one channel, 8000 a second. */
static void
make_wav(size_t samples_len)
{
	begin();
	add_text("RIFF");
	add_le((uint32_t)samples_len + 36, 4);
	add_text("WAVE");
	add_format(1, 16);
	add_samples(samples_len);
}

static void
wav_files_are_measured(void **state)
{
	static const struct {
		int line;
		uint32_t tag, channels, rate, bits;
		size_t samples_len;
		const char *codec;
		int64_t duration_ms;
	} cases[] = {
		{ __LINE__, 1, 1, 8000, 16, 1600, "pcm", 100 },
		{ __LINE__, 1, 1, 8000, 16, 2, "pcm", 0 },
		{ __LINE__, 1, 1, 8000, 16, 0, "pcm", 0 },
		{ __LINE__, 1, 2, 8000, 16, 1600, "pcm", 50 },
		{ __LINE__, 1, 8, 1000, 16, 1600, "pcm", 100 },
		{ __LINE__, 1, 1, 8000, 8, 1600, "pcm", 200 },
		{ __LINE__, 1, 1, 8000, 8, 1599, "pcm", 199 },
		{ __LINE__, 1, 1, 44100, 24, 1600, "pcm", 12 },
		{ __LINE__, 1, 1, 384000, 32, 1600, "pcm", 1 },
		{ __LINE__, 6, 1, 8000, 8, 1600, "alaw", 200 },
		{ __LINE__, 7, 2, 8000, 8, 1600, "ulaw", 100 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		make_wav(cases[i].samples_len);
		put(AT_TAG, cases[i].tag, 2);
		put(AT_CHANNELS, cases[i].channels, 2);
		put(AT_RATE, cases[i].rate, 4);
		put(AT_FRAME_BYTES, cases[i].channels * cases[i].bits / 8, 2);
		put(AT_BITS, cases[i].bits, 2);
		if (inspect() != ERR_NONE || audio.type != AUDIO_WAV ||
		    strcmp(audio.codec, cases[i].codec) != 0 ||
		    audio.duration_ms != cases[i].duration_ms ||
		    audio.sample_rate != cases[i].rate ||
		    audio.channels != cases[i].channels)
			fail_msg("line %d", cases[i].line);
	}
}

static void
wav_sizes_may_leave_out_what_follows_or_count_its_padding(void **state)
{
	(void)state;
	make_wav(1000);
	add_filler('x', 500);
	assert_int_equal(inspect(), ERR_NONE);
	assert_int_equal(audio.duration_ms, 62);
	make_wav(999);
	put(AT_RIFF_LEN, 1036, 4);
	assert_int_equal(inspect(), ERR_NONE);
}

static void
damaged_wav_files_are_refused(void **state)
{
	static const struct {
		int line;
		size_t at;
		uint32_t value;
		size_t len;
	} cases[] = {
		{ __LINE__, AT_RIFF + 3, 'X', 1 },
		{ __LINE__, AT_RIFF, 'r', 1 },
		{ __LINE__, AT_WAVE, 'w', 1 },
		{ __LINE__, AT_FMT + 3, '_', 1 },
		{ __LINE__, AT_DATA, 'D', 1 },
		/* Sizes that lie. */
		{ __LINE__, AT_RIFF_LEN, 0, 4 },
		{ __LINE__, AT_RIFF_LEN, 4, 4 },
		{ __LINE__, AT_RIFF_LEN, 30, 4 },
		{ __LINE__, AT_RIFF_LEN, 1638, 4 },
		{ __LINE__, AT_RIFF_LEN, 0x7fffffff, 4 },
		{ __LINE__, AT_RIFF_LEN, 0xffffffff, 4 },
		{ __LINE__, AT_FMT_LEN, 0, 4 },
		{ __LINE__, AT_FMT_LEN, 15, 4 },
		{ __LINE__, AT_FMT_LEN, 17, 4 },
		{ __LINE__, AT_FMT_LEN, 0xfffffffe, 4 },
		{ __LINE__, AT_FMT_LEN, 0xffffffff, 4 },
		{ __LINE__, AT_DATA_LEN, 1601, 4 },
		{ __LINE__, AT_DATA_LEN, 0xffffffff, 4 },
		/* Formats that we do not take, or that nobody could. */
		{ __LINE__, AT_TAG, 0, 2 },
		{ __LINE__, AT_TAG, 3, 2 },
		{ __LINE__, AT_TAG, 6, 2 },
		{ __LINE__, AT_TAG, 0x11, 2 },
		{ __LINE__, AT_TAG, 0xfffe, 2 },
		{ __LINE__, AT_CHANNELS, 0, 2 },
		{ __LINE__, AT_CHANNELS, 2, 2 },
		{ __LINE__, AT_CHANNELS, 9, 2 },
		{ __LINE__, AT_CHANNELS, 0xffff, 2 },
		{ __LINE__, AT_RATE, 0, 4 },
		{ __LINE__, AT_RATE, 999, 4 },
		{ __LINE__, AT_RATE, 384001, 4 },
		{ __LINE__, AT_RATE, 0xffffffff, 4 },
		{ __LINE__, AT_FRAME_BYTES, 0, 2 },
		{ __LINE__, AT_FRAME_BYTES, 1, 2 },
		{ __LINE__, AT_FRAME_BYTES, 0xffff, 2 },
		{ __LINE__, AT_BITS, 0, 2 },
		{ __LINE__, AT_BITS, 12, 2 },
		{ __LINE__, AT_BITS, 40, 2 },
		{ __LINE__, AT_BITS, 0xffff, 2 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		make_wav(1600);
		put(cases[i].at, cases[i].value, cases[i].len);
		if (inspect() != ERR_AUDIO_INVALID || failure.detail == NULL ||
		    audio.type != 0)
			fail_msg("line %d", cases[i].line);
	}
}

static void
samples_before_their_format_are_refused(void **state)
{
	(void)state;
	begin();
	add_text("RIFF");
	add_le(36 + 20, 4);
	add_text("WAVE");
	add_samples(20);
	add_format(1, 16);
	assert_int_equal(inspect(), ERR_AUDIO_INVALID);
}

static void
every_truncated_wav_file_is_refused(void **state)
{
	size_t len;

	(void)state;
	make_wav(20);
	assert_int_equal(inspect(), ERR_NONE);
	for (len = file.len - 1; len > 0; len--) {
		file.len = len;
		if (inspect() != ERR_AUDIO_INVALID)
			fail_msg("%zu bytes", len);
	}
}

static void
other_chunks_are_skipped(void **state)
{
	(void)state;
	begin();
	add_text("RIFF");
	add_le(4 + 8 + 4 + 24 + 8 + 4 + 24, 4);
	add_text("WAVE");
	add_text("JUNK");
	add_le(4, 4);
	add_text("data");
	add_format(1, 16);
	/* An odd length is followed by one byte of padding. */
	add_text("LIST");
	add_le(3, 4);
	add_text("abc");
	add_filler(0, 1);
	add_samples(16);
	assert_int_equal(inspect(), ERR_NONE);
	assert_int_equal(audio.duration_ms, 1);
}

static void
endless_chunks_are_given_up(void **state)
{
	int i;

	(void)state;
	begin();
	add_text("RIFF");
	add_le(4 + 8 * 1000, 4);
	add_text("WAVE");
	for (i = 0; i < 1000; i++) {
		add_text("JUNK");
		add_le(0, 4);
	}
	assert_int_equal(inspect(), ERR_AUDIO_INVALID);
}

static void
extensible_wav_files_are_told_by_their_sub_format(void **state)
{
	static const struct {
		int line;
		uint32_t sub_format;
		enum err err;
	} cases[] = {
		{ __LINE__, 1, ERR_NONE },
		{ __LINE__, 3, ERR_AUDIO_INVALID },
		{ __LINE__, 0xfffe, ERR_AUDIO_INVALID },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		begin();
		add_text("RIFF");
		add_le(4 + 48 + 24, 4);
		add_text("WAVE");
		add_format(0xfffe, 40);
		add_le(22, 2);
		add_le(16, 2);
		add_le(4, 4);
		add_le(cases[i].sub_format, 2);
		add_filler(0, 14);
		add_samples(16);
		if (inspect() != cases[i].err)
			fail_msg("line %d", cases[i].line);
	}
}

/*
 * MP3.
 */

static void
add_frame(const char *header, size_t len)
{
	add(header, 4);
	add_filler(0x11, len - 4);
}

static void
add_id3(uint32_t len, unsigned char flags)
{
	unsigned char head[10] = { 'I', 'D', '3', 3, 0, flags,
		(unsigned char)(len >> 21 & 0x7f),
		(unsigned char)(len >> 14 & 0x7f),
		(unsigned char)(len >> 7 & 0x7f), (unsigned char)(len & 0x7f) };

	add(head, sizeof(head));
}

static void
mp3_frames_are_measured(void **state)
{
	static const struct {
		int line;
		const char *header;
		size_t len;
		int64_t rate, channels, ten_frames_ms;
	} cases[] = {
		{ __LINE__, "\xff\xfb\x90\x00", 417, 44100, 2, 261 },
		{ __LINE__, "\xff\xfa\x90\x00", 417, 44100, 2, 261 }, /* CRC */
		{ __LINE__, "\xff\xfb\x92\x00", 418, 44100, 2,
		    261 }, /* padded */
		{ __LINE__, "\xff\xfb\x90\xc0", 417, 44100, 1, 261 },
		{ __LINE__, "\xff\xfb\x14\x40", 96, 48000, 2, 240 },
		{ __LINE__, "\xff\xfb\xe8\x00", 1440, 32000, 2, 360 },
		{ __LINE__, "\xff\xf3\x80\x00", 208, 22050, 2, 261 },
		{ __LINE__, "\xff\xf3\x18\xc0", 36, 16000, 1, 360 },
		{ __LINE__, "\xff\xe3\x18\xc0", 72, 8000, 1, 720 },
		{ __LINE__, "\xff\xe3\xe4\xc0", 960, 12000, 1, 480 },
	};
	size_t i, n;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		begin();
		for (n = 0; n < 10; n++)
			add_frame(cases[i].header, cases[i].len);
		if (inspect() != ERR_NONE || audio.type != AUDIO_MP3 ||
		    strcmp(audio.codec, "mp3") != 0 ||
		    audio.sample_rate != cases[i].rate ||
		    audio.channels != cases[i].channels ||
		    audio.duration_ms != cases[i].ten_frames_ms)
			fail_msg("line %d: %d ms", cases[i].line,
			    (int)audio.duration_ms);
	}
}

static void
headers_of_other_kinds_are_refused(void **state)
{
	static const struct {
		int line;
		const char *header;
	} cases[] = {
		{ __LINE__, "\xff\x7b\x90\x00" }, /* sync */
		{ __LINE__, "\xff\xdb\x90\x00" },
		{ __LINE__, "\xfe\xfb\x90\x00" },
		{ __LINE__, "\xff\xeb\x90\x00" }, /* reserved version */
		{ __LINE__, "\xff\xf9\x90\x00" }, /* reserved layer: ADTS AAC */
		{ __LINE__, "\xff\xfd\x90\x00" }, /* layer II */
		{ __LINE__, "\xff\xff\x90\x00" }, /* layer I */
		{ __LINE__, "\xff\xfb\x00\x00" }, /* free bit rate */
		{ __LINE__, "\xff\xfb\xf0\x00" }, /* bad bit rate */
		{ __LINE__, "\xff\xfb\x9c\x00" }, /* reserved sample rate */
		{ __LINE__, "\xff\xfe\x41\x00" }, /* UTF-16 text */
	};
	size_t i, n;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		begin();
		for (n = 0; n < 3; n++)
			add_frame(cases[i].header, 417);
		if (inspect() != ERR_AUDIO_INVALID)
			fail_msg("line %d", cases[i].line);
	}
}

#define FRAME "\xff\xfb\x90\x00"

static void
tags_around_the_frames_are_skipped(void **state)
{
	(void)state;
	begin();
	add_id3(300, 0);
	add_filler('x', 300);
	add_id3(20, 0x10); /* with a footer */
	add_filler('y', 30);
	add_filler(0, 50);
	add_frame(FRAME, 417);
	add_frame(FRAME, 417);
	add_text("APETAGEX");
	add_filler('z', 5000);
	add_text("TAG");
	add_filler('z', 125);
	assert_int_equal(inspect(), ERR_NONE);
	assert_int_equal(audio.duration_ms, 52);
}

static void
damaged_id3_tags_are_refused(void **state)
{
	(void)state;
	begin();
	add_id3(0x0fffffff, 0);
	add_frame(FRAME, 417);
	assert_int_equal(inspect(), ERR_AUDIO_INVALID);
	begin();
	add_id3(418, 0);
	add_frame(FRAME, 417);
	assert_int_equal(inspect(), ERR_AUDIO_INVALID);
	begin();
	add_id3(0, 0);
	file.bytes[6] = 0x80; /* no syncsafe integer */
	add_frame(FRAME, 417);
	assert_int_equal(inspect(), ERR_AUDIO_INVALID);
	begin();
	add_text("ID3\x03");
	assert_int_equal(inspect(), ERR_AUDIO_INVALID);
	begin();
	add_id3(417, 0); /* the tag is all there is */
	add_frame(FRAME, 417);
	assert_int_equal(inspect(), ERR_AUDIO_INVALID);
	begin();
	add_id3(0, 0);
	add_text("No sound follows.");
	assert_int_equal(inspect(), ERR_AUDIO_INVALID);
}

static void
one_header_before_other_bytes_is_no_audio(void **state)
{
	(void)state;
	begin();
	add_frame(FRAME, 417);
	assert_int_equal(inspect(), ERR_NONE);
	add_filler('x', 2000);
	assert_int_equal(inspect(), ERR_AUDIO_INVALID);
	begin();
	add_frame(FRAME, 416); /* cut short */
	assert_int_equal(inspect(), ERR_AUDIO_INVALID);
}

static void
damage_between_frames_is_survived(void **state)
{
	(void)state;
	begin();
	add_frame(FRAME, 417);
	add_filler(0, 3000); /* padding */
	add_frame(FRAME, 417);
	add_text("damage\xff\xfb");         /* and what looks like a header */
	add_frame("\xff\xf3\x90\x00", 100); /* of another version */
	add_frame(FRAME, 417);
	add_frame(FRAME, 200); /* the file's end cuts it off */
	assert_int_equal(inspect(), ERR_NONE);
	assert_int_equal(audio.duration_ms, 78);
}

static void
what_is_no_audio_is_refused(void **state)
{
	static const char *const cases[] = {
		"R",
		"RIFF",
		"\xff",
		"\xff\xfb",
		"ID3",
		"OggS",
		"fLaC",
		"FORM....AIFF",
		"This is no audio at all.",
		"<html>",
		"{\"a\":1}",
		"\x1f\x8b\x08",
		"RIFF\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff",
	};
	uint32_t random = 1;
	size_t i, n;

	(void)state;
	begin();
	assert_int_equal(inspect(), ERR_AUDIO_EMPTY);
	for (i = 0; i < COUNT(cases); i++) {
		begin();
		add_text(cases[i]);
		if (inspect() != ERR_AUDIO_INVALID)
			fail_msg("%s", cases[i]);
	}
	begin();
	add_filler(0, FILE_MAX);
	assert_int_equal(inspect(), ERR_AUDIO_INVALID);
	begin();
	add_filler(0xff, FILE_MAX);
	assert_int_equal(inspect(), ERR_AUDIO_INVALID);
	for (n = 0; n < 200; n++) {
		begin();
		for (i = 0; i < 500; i++) {
			random = random * 1664525 + 1013904223;
			add_le(random >> 8, 2);
		}
		memcpy(file.bytes, n % 2 ? "RIFF" : "\xff\xfb\x90\x00", 4);
		assert_int_equal(inspect(), ERR_AUDIO_INVALID);
	}
}

/* Every byte of a good file set to every value that matters: nothing is read
 * past the end (read_memory asserts it), whatever the verdict. */
static void
no_single_byte_leads_astray(void **state)
{
	static const unsigned char values[] = { 0, 1, 0x7f, 0x80, 0xfe, 0xff };
	unsigned char kept;
	size_t kind, at, i;

	(void)state;
	for (kind = 0; kind < 2; kind++) {
		if (kind == 0) {
			make_wav(8);
		} else {
			begin();
			add_id3(5, 0);
			add_filler(0, 5);
			add_frame("\xff\xe3\x18\xc0", 72);
			add_frame("\xff\xe3\x18\xc0", 72);
		}
		for (at = 0; at < file.len; at++) {
			kept = file.bytes[at];
			for (i = 0; i < sizeof(values); i++) {
				file.bytes[at] = values[i];
				(void)inspect();
			}
			file.bytes[at] = kept;
		}
		assert_int_equal(inspect(), ERR_NONE);
	}
}

static void
a_source_that_cannot_be_read_is_no_verdict(void **state)
{
	(void)state;
	begin();
	add_frame(FRAME, 417);
	file.broken = true;
	assert_int_equal(inspect(), ERR_IO);
}

static void
names_stand_for_types(void **state)
{
	static const struct {
		int line;
		unsigned (*ask)(const char *name);
		const char *name;
		unsigned type;
	} cases[] = {
		{ __LINE__, audio_type_from_media, "audio/mp3", AUDIO_MP3 },
		{ __LINE__, audio_type_from_media, "audio/mpeg", AUDIO_MP3 },
		{ __LINE__, audio_type_from_media, "Audio/X-MP3", AUDIO_MP3 },
		{ __LINE__, audio_type_from_media, "audio/mpeg3", AUDIO_MP3 },
		{ __LINE__, audio_type_from_media, "audio/wav", AUDIO_WAV },
		{ __LINE__, audio_type_from_media, "audio/x-wav", AUDIO_WAV },
		{ __LINE__, audio_type_from_media, "audio/wave", AUDIO_WAV },
		{ __LINE__, audio_type_from_media, "AUDIO/vnd.wave",
		    AUDIO_WAV },
		{ __LINE__, audio_type_from_media, "audio/ogg", 0 },
		{ __LINE__, audio_type_from_media, "audio/wav ", 0 },
		{ __LINE__, audio_type_from_media, "", 0 },
		{ __LINE__, audio_type_from_file_name, "a.wav", AUDIO_WAV },
		{ __LINE__, audio_type_from_file_name, "a.b.MP3", AUDIO_MP3 },
		{ __LINE__, audio_type_from_file_name, "a.mp3.wav", AUDIO_WAV },
		{ __LINE__, audio_type_from_file_name, ".wav", 0 },
		{ __LINE__, audio_type_from_file_name, "wav", 0 },
		{ __LINE__, audio_type_from_file_name, "a.wav.", 0 },
		{ __LINE__, audio_type_from_file_name, "a.mp3 ", 0 },
		{ __LINE__, audio_type_from_file_name, "a.mp4", 0 },
		{ __LINE__, audio_type_from_file_name, "", 0 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		if (cases[i].ask(cases[i].name) != cases[i].type)
			fail_msg("line %d", cases[i].line);
	}
	assert_string_equal(audio_media_type(AUDIO_WAV), "audio/wav");
	assert_string_equal(audio_media_type(AUDIO_MP3), "audio/mpeg");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(wav_files_are_measured),
		cmocka_unit_test(
		    wav_sizes_may_leave_out_what_follows_or_count_its_padding),
		cmocka_unit_test(damaged_wav_files_are_refused),
		cmocka_unit_test(samples_before_their_format_are_refused),
		cmocka_unit_test(every_truncated_wav_file_is_refused),
		cmocka_unit_test(other_chunks_are_skipped),
		cmocka_unit_test(endless_chunks_are_given_up),
		cmocka_unit_test(
		    extensible_wav_files_are_told_by_their_sub_format),
		cmocka_unit_test(mp3_frames_are_measured),
		cmocka_unit_test(headers_of_other_kinds_are_refused),
		cmocka_unit_test(tags_around_the_frames_are_skipped),
		cmocka_unit_test(damaged_id3_tags_are_refused),
		cmocka_unit_test(one_header_before_other_bytes_is_no_audio),
		cmocka_unit_test(damage_between_frames_is_survived),
		cmocka_unit_test(what_is_no_audio_is_refused),
		cmocka_unit_test(no_single_byte_leads_astray),
		cmocka_unit_test(a_source_that_cannot_be_read_is_no_verdict),
		cmocka_unit_test(names_stand_for_types),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
