/* SPDX-License-Identifier: MIT */
#include "domain/audio.h"

#include "base/text.h"

#include <stdbool.h>
#include <string.h>

#define WINDOW_BYTES 4096

/* What is being looked at: a window that moves over the source. */
struct view {
	const struct audio_source *source;
	struct failure *failure;
	bool unreadable;
	uint64_t at; /* of the window */
	size_t len;
	unsigned char bytes[WINDOW_BYTES];
};

static enum err
refuse(struct view *v, const char *why)
{
	if (v->unreadable)
		return err_fail(v->failure, ERR_IO, NULL, NULL);
	return err_fail(v->failure, ERR_AUDIO_INVALID, NULL, why);
}

static void
move_window(struct view *v, uint64_t at)
{
	uint64_t left = v->source->size_bytes - at;
	size_t want = left < WINDOW_BYTES ? (size_t)left : WINDOW_BYTES;
	ssize_t got;

	v->at = at;
	v->len = 0;
	while (v->len < want) {
		got = v->source->read(v->source->source, at + v->len,
		    v->bytes + v->len, want - v->len);
		if (got <= 0) {
			v->unreadable = true;
			return;
		}
		v->len += (size_t)got;
	}
}

/* The len (at most a window) bytes at this offset; NULL when the source ends
 * before them. */
static const unsigned char *
look(struct view *v, uint64_t at, size_t len)
{
	uint64_t size = v->source->size_bytes;

	if (v->unreadable || at > size || len > size - at)
		return NULL;
	if (at < v->at || at + len > v->at + v->len)
		move_window(v, at);
	return v->unreadable ? NULL : v->bytes + (at - v->at);
}

static bool
begins(struct view *v, uint64_t at, const char *mark)
{
	size_t len = strlen(mark);
	const unsigned char *bytes = look(v, at, len);

	return bytes != NULL && memcmp(bytes, mark, len) == 0;
}

static unsigned
read_le16(const unsigned char *b)
{
	return (unsigned)b[0] | (unsigned)b[1] << 8;
}

static uint32_t
read_le32(const unsigned char *b)
{
	return (uint32_t)read_le16(b) | (uint32_t)read_le16(b + 2) << 16;
}

/*
 * WAV: a RIFF file of chunks; one that says how samples are written, one that
 * holds them.
 */

#define FORMAT_PCM 1
#define FORMAT_EXTENSIBLE 0xfffe
#define FORMAT_MIN_BYTES 16
#define FORMAT_EXTENSIBLE_BYTES 40
#define WAV_CHUNKS_MAX 256
#define WAV_CHANNELS_MAX 8
#define WAV_RATE_MIN 1000
#define WAV_RATE_MAX 384000

/* What telephone systems play. */
static const struct {
	unsigned tag;
	const char *codec;
} wav_codecs[] = {
	{ FORMAT_PCM, "pcm" },
	{ 6, "alaw" },
	{ 7, "ulaw" },
};

struct wav_format {
	const char *codec; /* NULL until the fmt chunk was read */
	uint32_t rate;
	unsigned channels;
	unsigned frame_bytes;
};

static const char *
find_wav_codec(unsigned tag)
{
	size_t i;

	for (i = 0; i < sizeof(wav_codecs) / sizeof(wav_codecs[0]); i++) {
		if (wav_codecs[i].tag == tag)
			return wav_codecs[i].codec;
	}
	return NULL;
}

/* A-law and mu-law samples have 8 bits; linear ones whole bytes up to 32. */
static bool
is_width_sound(unsigned tag, unsigned bits)
{
	if (tag != FORMAT_PCM)
		return bits == 8;
	return bits >= 8 && bits <= 32 && bits % 8 == 0;
}

static enum err
read_wav_format(
    struct view *v, uint64_t at, uint32_t len, struct wav_format *out)
{
	const unsigned char *b = look(v, at, FORMAT_MIN_BYTES);
	unsigned tag, bits;

	if (len < FORMAT_MIN_BYTES || b == NULL)
		return refuse(v, "The WAV file's format chunk is cut short.");
	tag = read_le16(b);
	out->channels = read_le16(b + 2);
	out->rate = read_le32(b + 4);
	out->frame_bytes = read_le16(b + 12);
	bits = read_le16(b + 14);
	if (tag == FORMAT_EXTENSIBLE) {
		/* The real tag begins the sub-format's GUID. */
		b = look(v, at, FORMAT_EXTENSIBLE_BYTES);
		if (len < FORMAT_EXTENSIBLE_BYTES || b == NULL)
			return refuse(
			    v, "The WAV file's format chunk is cut short.");
		tag = read_le16(b + 24);
	}
	if ((out->codec = find_wav_codec(tag)) == NULL)
		return refuse(v,
		    "The WAV file must hold PCM, A-law or "
		    "mu-law samples.");
	if (out->channels == 0 || out->channels > WAV_CHANNELS_MAX ||
	    out->rate < WAV_RATE_MIN || out->rate > WAV_RATE_MAX ||
	    !is_width_sound(tag, bits) ||
	    out->frame_bytes != out->channels * bits / 8)
		return refuse(v, "The WAV file's format chunk makes no sense.");
	return ERR_NONE;
}

static enum err
measure_wav(struct view *v, const struct wav_format *format, uint64_t at,
    uint32_t len, struct audio *out)
{
	if (format->codec == NULL)
		return refuse(v,
		    "The WAV file has no format chunk before its "
		    "data chunk.");
	if (len > v->source->size_bytes - at)
		return refuse(v,
		    "The WAV file is shorter than its data chunk "
		    "says.");
	out->type = AUDIO_WAV;
	out->codec = format->codec;
	out->sample_rate = format->rate;
	out->channels = format->channels;
	out->duration_ms = (int64_t)((uint64_t)(len / format->frame_bytes) *
	    1000 / format->rate);
	return ERR_NONE;
}

static enum err
inspect_wav(struct view *v, struct audio *out)
{
	struct wav_format format = { 0 };
	const unsigned char *b = look(v, 0, 12);
	uint64_t at = 12, end, size = v->source->size_bytes;
	uint32_t len;
	unsigned count;
	enum err err;

	if (b == NULL || memcmp(b + 8, "WAVE", 4) != 0)
		return refuse(v, "The RIFF file holds no WAVE sound.");
	end = 8 + (uint64_t)read_le32(b + 4);
	/* Some writers count the last chunk's padding and leave it out. */
	if (end > size + 1)
		return refuse(v, "The WAV file is shorter than it says.");
	if (end > size)
		end = size;
	for (count = 0; count < WAV_CHUNKS_MAX && at + 8 <= end; count++) {
		if ((b = look(v, at, 8)) == NULL)
			break;
		len = read_le32(b + 4);
		at += 8;
		if (memcmp(b, "data", 4) == 0)
			return measure_wav(v, &format, at, len, out);
		if (memcmp(b, "fmt ", 4) == 0 &&
		    (err = read_wav_format(v, at, len, &format)) != ERR_NONE)
			return err;
		at += (uint64_t)len + (len & 1);
	}
	return refuse(v, "The WAV file has no data chunk.");
}

/*
 * MP3: frames of MPEG audio layer III, one after the other, with tags before
 * and behind them.
 */

#define ID3_HEAD_BYTES 10
#define ID3_TAGS_MAX 8

struct mp3_frame {
	unsigned char kind; /* version and layer, as in the header */
	unsigned char rate_bits;
	uint32_t len; /* bytes */
	uint32_t samples;
	uint32_t rate;
	unsigned channels;
};

static bool
read_mp3_frame(const unsigned char *b, struct mp3_frame *out)
{
	/* Rows: MPEG 1; MPEG 2 and 2.5. */
	static const uint16_t kbits[2][15] = {
		{ 0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256,
		    320 },
		{ 0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144,
		    160 },
	};
	/* By the header's two version bits: 2.5, reserved, 2, 1. */
	static const uint16_t rates[4][3] = {
		{ 11025, 12000, 8000 },
		{ 0 },
		{ 22050, 24000, 16000 },
		{ 44100, 48000, 32000 },
	};
	unsigned version = b[1] >> 3 & 3, layer = b[1] >> 1 & 3;
	unsigned bitrate = b[2] >> 4, rate = b[2] >> 2 & 3;
	bool is_mpeg1 = version == 3;

	if (b[0] != 0xff || (b[1] & 0xe0) != 0xe0 || version == 1 ||
	    layer != 1 || bitrate == 0 || bitrate == 15 || rate == 3)
		return false;
	out->kind = b[1] & 0x1e;
	out->rate_bits = b[2] & 0x0c;
	out->rate = rates[version][rate];
	out->samples = is_mpeg1 ? 1152 : 576;
	out->channels = b[3] >> 6 == 3 ? 1 : 2;
	out->len =
	    out->samples / 8 * 1000 * kbits[!is_mpeg1][bitrate] / out->rate +
	    (b[2] >> 1 & 1);
	return true;
}

/* Skip the ID3v2 tags at the start; ERR_AUDIO_INVALID when one of them is
 * longer than the file. */
static enum err
skip_id3(struct view *v, uint64_t *at)
{
	uint64_t size = v->source->size_bytes;
	const unsigned char *b;
	unsigned count;
	uint32_t len;

	for (count = 0; count < ID3_TAGS_MAX && begins(v, *at, "ID3");
	     count++) {
		b = look(v, *at, ID3_HEAD_BYTES);
		if (b == NULL || b[3] == 0xff || b[4] == 0xff ||
		    ((b[6] | b[7] | b[8] | b[9]) & 0x80) != 0)
			return refuse(v, "The MP3 file's ID3 tag is damaged.");
		len = (uint32_t)b[6] << 21 | (uint32_t)b[7] << 14 |
		    (uint32_t)b[8] << 7 | b[9];
		len += (b[5] & 0x10) != 0 ? 2 * ID3_HEAD_BYTES : ID3_HEAD_BYTES;
		if (len > size - *at)
			return refuse(v,
			    "The MP3 file is shorter than its ID3 tag says.");
		*at += len;
	}
	return ERR_NONE;
}

/* Tags that follow the sound. */
static bool
is_mp3_trailer(struct view *v, uint64_t at)
{
	return begins(v, at, "TAG") || begins(v, at, "APETAGEX") ||
	    begins(v, at, "LYRICSBEGIN");
}

struct mp3_sum {
	struct mp3_frame first;
	uint64_t samples;
	uint64_t framed_bytes;
	uint64_t lost_bytes; /* between frames, and not padding */
};

/* Is it a frame like the first one?  It is the first one when there was none
 * before. */
static bool
is_mp3_frame(
    const unsigned char *b, const struct mp3_sum *sum, struct mp3_frame *out)
{
	return read_mp3_frame(b, out) &&
	    (sum->framed_bytes == 0 ||
		(out->kind == sum->first.kind &&
		    out->rate_bits == sum->first.rate_bits));
}

static void
add_mp3_frame(struct mp3_sum *sum, const struct mp3_frame *frame)
{
	if (sum->framed_bytes == 0)
		sum->first = *frame;
	sum->framed_bytes += frame->len;
	sum->samples += frame->samples;
}

/* A frame that the file's end cuts short is no frame.  Decoders find their
 * way back after damage, and so do we, as long as most of it is sound. */
static void
sum_mp3_frames(struct view *v, uint64_t at, struct mp3_sum *sum)
{
	uint64_t size = v->source->size_bytes;
	struct mp3_frame frame;
	const unsigned char *b;

	while ((b = look(v, at, 4)) != NULL) {
		if (is_mp3_frame(b, sum, &frame)) {
			if (frame.len > size - at)
				return;
			add_mp3_frame(sum, &frame);
			at += frame.len;
			continue;
		}
		if (*b != 0 && ++sum->lost_bytes > sum->framed_bytes)
			return;
		if (sum->framed_bytes > 0 && is_mp3_trailer(v, at))
			return;
		at++;
	}
}

static enum err
inspect_mp3(struct view *v, struct audio *out)
{
	struct mp3_sum sum = { 0 };
	uint64_t at = 0;
	enum err err;

	if ((err = skip_id3(v, &at)) != ERR_NONE)
		return err;
	sum_mp3_frames(v, at, &sum);
	if (v->unreadable || sum.framed_bytes == 0 ||
	    sum.lost_bytes > sum.framed_bytes)
		return refuse(v,
		    at > 0 ? "The MP3 file holds no sound."
			   : "The file is neither WAV nor MP3.");
	out->type = AUDIO_MP3;
	out->codec = "mp3";
	out->sample_rate = sum.first.rate;
	out->channels = sum.first.channels;
	out->duration_ms = (int64_t)(sum.samples * 1000 / sum.first.rate);
	return ERR_NONE;
}

enum err
audio_inspect(
    const struct audio_source *s, struct audio *out, struct failure *f)
{
	struct view v = { .source = s, .failure = f };
	struct audio found = { 0 };
	const unsigned char *b;
	enum err err;

	if (s->size_bytes == 0)
		return err_fail(f, ERR_AUDIO_EMPTY, NULL, NULL);
	b = look(&v, 0, 1);
	if (begins(&v, 0, "RIFF"))
		err = inspect_wav(&v, &found);
	else if (begins(&v, 0, "ID3") || (b != NULL && *b == 0xff))
		err = inspect_mp3(&v, &found);
	else
		err = refuse(&v, "The file is neither WAV nor MP3.");
	if (err == ERR_NONE)
		*out = found;
	return err;
}

/*
 * Names.
 */

static const struct {
	const char *media_type;
	enum audio_type type;
} media_types[] = {
	{ "audio/wav", AUDIO_WAV },
	{ "audio/x-wav", AUDIO_WAV },
	{ "audio/wave", AUDIO_WAV },
	{ "audio/vnd.wave", AUDIO_WAV },
	{ "audio/mpeg", AUDIO_MP3 },
	{ "audio/mp3", AUDIO_MP3 },
	{ "audio/x-mp3", AUDIO_MP3 },
	{ "audio/mpeg3", AUDIO_MP3 },
};

unsigned
audio_type_from_media(const char *media_type)
{
	size_t i;

	for (i = 0; i < sizeof(media_types) / sizeof(media_types[0]); i++) {
		if (text_equal_nocase(media_types[i].media_type, media_type))
			return media_types[i].type;
	}
	return 0;
}

unsigned
audio_type_from_file_name(const char *name)
{
	const char *dot = strrchr(name, '.');

	if (dot == NULL || dot == name)
		return 0;
	if (text_equal_nocase(dot, ".wav"))
		return AUDIO_WAV;
	return text_equal_nocase(dot, ".mp3") ? AUDIO_MP3 : 0;
}

const char *
audio_media_type(enum audio_type type)
{
	return type == AUDIO_WAV ? "audio/wav" : "audio/mpeg";
}
