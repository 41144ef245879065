/* SPDX-License-Identifier: MIT */
/*
 * Downloads of the voice family: a caller asks for a signed link, the link
 * gives the audio to whoever holds it.
 *
 * Nothing is held while a slow client reads: the handler opens the file and
 * ends, and the answer is written from the open file; or, where the settings
 * say so, the web server is told which file to send.
 */
#include "api/voice/voice.h"

#include "base/text.h"
#include "domain/download.h"
#include "domain/recording.h"
#include "domain/signed_link.h"
#include "http/disposition.h"
#include "http/range.h"

#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#define EXPIRES_IN_S 600

/*
 * Asking for a link.
 */

static const char *
download_link(struct call *c, const char *asset_id, int64_t expires_s)
{
	const struct signed_link link = {
		.purpose = DOWNLOAD_PURPOSE,
		.id = asset_id,
		.expires_s = expires_s,
	};
	char signature[SIGNED_LINK_SIZE];

	signed_link_make(c->site->link_key, &link, signature);
	return call_link(c,
	    arena_printf(c->arena,
		"/voice/downloads/%s?expires=%" PRId64 "&signature=%s",
		asset_id, expires_s, signature));
}

enum err
voice_download_link_get(struct call *c, struct txn *t)
{
	const struct voice_link_wish *q = c->query;
	int64_t expires_in = q->expires_in.given == GIVEN_VALUE
	    ? q->expires_in.value
	    : EXPIRES_IN_S;
	/* A second that has begun counts as over, so that a link holds for
	 * as long as it says at least. */
	int64_t expires_s = (txn_now(t) + 999) / 1000 + expires_in;
	struct recording r;
	struct doc *d;
	enum err err;

	if ((err = recording_find(t, call_param(c, 0), &r)) != ERR_NONE)
		return err;
	if (r.prompt.asset_id == NULL)
		return call_fail(c, ERR_ASSET_UNKNOWN, NULL, NULL);
	d = voice_begin_reply(c, 200);
	response_header(c->reply, "Cache-Control", "no-store");
	doc_object(d, NULL);
	doc_integer(d, "expires_in", expires_in);
	doc_object(d, "_links");
	voice_show_link(
	    d, "location", download_link(c, r.prompt.asset_id, expires_s));
	doc_object_end(d);
	doc_object_end(d);
	return ERR_NONE;
}

/*
 * Downloading.
 */

static enum err
check_signature(struct call *c, struct txn *t)
{
	const struct voice_link *q = c->query;
	struct signed_link link = {
		.purpose = DOWNLOAD_PURPOSE,
		.id = call_param(c, 0),
	};

	if (q->expires.text == NULL || q->signature.text == NULL ||
	    !text_to_int64(q->expires.text, &link.expires_s) ||
	    !signed_link_fits(c->site->link_key, &link, q->signature.text) ||
	    link.expires_s <= txn_now(t) / 1000)
		return call_fail(c, ERR_SIGNATURE, NULL, NULL);
	return ERR_NONE;
}

/* What the bytes are is what they are called, so the tag is a strong one. */
static const char *
make_etag(struct call *c, const struct download *d)
{
	char digest[2 * ASSET_DIGEST_BYTES + 1];

	text_hex(d->sha256, sizeof(d->sha256), digest);
	return arena_printf(c->arena, "\"%s\"", digest);
}

/* Audio of an asset that no prompt has: whoever has the link may have it. */
static const char *
choose_file_name(struct call *c, const struct download *d)
{
	if (d->file_name != NULL)
		return d->file_name;
	return arena_printf(c->arena, "%s%s", d->asset_id,
	    text_equal(d->media_type, "audio/wav") ? ".wav" : ".mp3");
}

/* The headers of a whole or a partial answer. */
static void
begin_audio(struct call *c, const struct download *d, int status)
{
	call_reply_empty(c, status);
	response_header(c->reply, "Content-Type", d->media_type);
	response_header(c->reply, "Content-Disposition",
	    disposition_attachment(choose_file_name(c, d), c->arena));
	response_header(c->reply, "ETag", make_etag(c, d));
	response_header(c->reply, "Accept-Ranges", "bytes");
	response_header(c->reply, "Cache-Control", "private, no-store");
}

static bool
is_not_modified(struct call *c, const struct download *d)
{
	return request_etag_matches(
	    request_param(&c->request, "HTTP_IF_NONE_MATCH"), make_etag(c, d),
	    true);
}

/* Ranges are for GET (RFC 9110, 14.2).  If-Range compares strongly; we give
 * no date that it could name. */
static enum range_kind
choose_range(struct call *c, const struct download *d, struct range *out)
{
	const char *condition = request_param(&c->request, "HTTP_IF_RANGE");

	if (c->request.method != METHOD_GET ||
	    (condition != NULL && !text_equal(condition, make_etag(c, d))))
		return RANGE_WHOLE;
	return range_read(
	    request_param(&c->request, "HTTP_RANGE"), d->size_bytes, out);
}

static void
begin_part(struct call *c, const struct download *d, const struct range *part)
{
	begin_audio(c, d, 206);
	response_header(c->reply, "Content-Range",
	    arena_printf(c->arena, "bytes %" PRId64 "-%" PRId64 "/%" PRId64,
		part->at, part->at + part->len - 1, d->size_bytes));
}

/* lighttpd and nginx decode the path once more, and mod_xsendfile does not:
 * with the '%' alone encoded, any path is right for the two, and one without
 * '%' for all. */
static const char *
encode_path(struct call *c, const char *path)
{
	char *encoded = arena_alloc(c->arena, 3 * strlen(path) + 1);
	char *out = encoded;

	for (; *path != '\0'; path++) {
		*out++ = *path;
		if (*path == '%') {
			*out++ = '2';
			*out++ = '5';
		}
	}
	return encoded;
}

/* Let the web server send the file: it also cuts out what Range asks for,
 * if it takes If-Range and the rest in its own way.  The path holds nothing
 * that a client has sent. */
static void
hand_over(struct call *c, const struct download *d)
{
	const struct config *config = c->site->config;
	const char *path = download_path(d, c->arena);

	begin_audio(c, d, 200);
	if (text_equal(config->sendfile, "x-sendfile"))
		response_header(c->reply, "X-Sendfile",
		    encode_path(c,
			arena_printf(
			    c->arena, "%s/assets/%s", config->data, path)));
	else
		response_header(c->reply, "X-Accel-Redirect",
		    encode_path(c,
			arena_printf(c->arena, "%s/%s",
			    config->sendfile_location, path)));
}

/* Give the reply the audio, or what was asked of it. */
static enum err
show_audio(struct call *c, const struct download *d)
{
	struct range part = { .at = 0, .len = d->size_bytes };
	enum range_kind kind = choose_range(c, d, &part);
	enum err err;
	int fd;

	if (kind == RANGE_BEYOND)
		return call_fail(c, ERR_RANGE, NULL,
		    arena_printf(c->arena, "bytes */%" PRId64, d->size_bytes));
	if ((err = download_open(d, c->site->config->data, c->arena,
		 &c->failure, &fd)) != ERR_NONE)
		return err;
	if (!text_equal(c->site->config->sendfile, "off")) {
		/* It was only to be seen that the file is there. */
		close(fd);
		hand_over(c, d);
		return ERR_NONE;
	}
	if (kind == RANGE_PART)
		begin_part(c, d, &part);
	else
		begin_audio(c, d, 200);
	response_file(c->reply, fd, part.at, part.len);
	return ERR_NONE;
}

enum err
voice_download_get(struct call *c, struct txn *t)
{
	struct download d;
	enum err err;

	if ((err = check_signature(c, t)) != ERR_NONE ||
	    (err = download_find(t, call_param(c, 0), &d)) != ERR_NONE)
		return err;
	if (!is_not_modified(c, &d))
		return show_audio(c, &d);
	begin_audio(c, &d, 304);
	return ERR_NONE;
}
