/* SPDX-License-Identifier: MIT */
/*
 * audio: tells whether bytes are a sound recording that we take, WAV or MP3,
 * and what kind, by looking at the bytes alone.
 *
 * Everything read here was sent by a stranger.  No size in the file is
 * believed before it is held against the file's own; the work is bounded by
 * the file's length, the memory by one small window.
 */
#ifndef DOMAIN_AUDIO_H
#define DOMAIN_AUDIO_H

#include "base/err.h"

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Bits, so that several can be allowed. */
enum audio_type {
	AUDIO_WAV = 1 << 0,
	AUDIO_MP3 = 1 << 1,
};

struct audio {
	enum audio_type type;
	int64_t duration_ms;
	int64_t sample_rate;
	int64_t channels;
	const char *codec; /* pcm, alaw, ulaw, mp3 */
};

/* Read up to len bytes at an offset, as pread does; -1 on failure. */
typedef ssize_t audio_read_fn(
    void *source, uint64_t at, void *bytes, size_t len);

struct audio_source {
	audio_read_fn *read;
	void *source;
	uint64_t size_bytes;
};

/* ERR_AUDIO_EMPTY, ERR_AUDIO_INVALID (f->detail is a sentence for whoever
 * sent it), ERR_IO when the source cannot be read. */
enum err audio_inspect(
    const struct audio_source *s, struct audio *out, struct failure *f);

/* The type that a media type names (audio/mpeg, audio/x-wav, …; any case, no
 * parameters), or that a file name's ending stands for; 0 for any other. */
unsigned audio_type_from_media(const char *media_type);
unsigned audio_type_from_file_name(const char *name);

/* audio/wav or audio/mpeg. */
const char *audio_media_type(enum audio_type type);

#endif
