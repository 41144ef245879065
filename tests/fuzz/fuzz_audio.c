/* SPDX-License-Identifier: MIT */
/*
 * Sound recordings: what is no WAV and no MP3, or claims sizes that it has
 * not.  The same bytes must give the same answer in pieces of any length.
 */
#include "fuzz.h"

#include "domain/audio.h"

struct memory {
	const uint8_t *bytes;
	size_t size;
	size_t piece_max;
};

static ssize_t
read_memory(void *source, uint64_t at, void *bytes, size_t len)
{
	const struct memory *m = source;

	/* Never asked past the end: sizes in the file are not believed. */
	MUST(at <= m->size && len <= m->size - at);
	if (len > m->piece_max)
		len = m->piece_max;
	if (len > 0)
		memcpy(bytes, m->bytes + at, len);
	return (ssize_t)len;
}

static enum err
inspect(const uint8_t *data, size_t size, size_t piece_max, struct audio *out)
{
	struct memory m = { data, size, piece_max };
	const struct audio_source source = {
		.read = read_memory,
		.source = &m,
		.size_bytes = size,
	};
	struct failure failure = { 0 };
	enum err err = audio_inspect(&source, out, &failure);

	MUST(err == ERR_NONE || err == ERR_AUDIO_EMPTY ||
	    err == ERR_AUDIO_INVALID);
	MUST(err != ERR_AUDIO_INVALID || failure.detail != NULL);
	return err;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct audio whole = { 0 }, pieces = { 0 };
	enum err err = inspect(data, size, SIZE_MAX, &whole);

	MUST(inspect(data, size, 7, &pieces) == err);
	if (err != ERR_NONE)
		return 0;
	MUST(whole.type == AUDIO_WAV || whole.type == AUDIO_MP3);
	MUST(whole.duration_ms >= 0);
	MUST(whole.sample_rate > 0 && whole.channels > 0);
	MUST(whole.codec != NULL);
	MUST(whole.duration_ms == pieces.duration_ms);
	MUST(whole.sample_rate == pieces.sample_rate);
	return 0;
}
