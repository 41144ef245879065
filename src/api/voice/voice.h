/* SPDX-License-Identifier: MIT */
/*
 * voice: what the files of the voice family share.
 *
 *	voice.c         bodies, failures, words, routes, the family itself
 *	voice_upload.c  asking for an upload link, and the upload
 *	voice_prompt.c  prompts
 *	voice_download.c  asking for a download link, and the download
 */
#ifndef API_VOICE_VOICE_H
#define API_VOICE_VOICE_H

#include "api/family.h"
#include "domain/prompt.h"

/* What creates and what replaces a prompt. */
struct voice_words {
	struct given_text request_id;
	struct given_text name;
	struct given_text file_name;
	struct given_text description;
};

struct voice_request {
	struct given_json constraints;
};

struct voice_link {
	struct given_text expires;
	struct given_text signature;
};

struct voice_link_wish {
	struct given_integer expires_in;
};

/* Begin a reply whose form depends on Accept. */
struct doc *voice_begin_reply(struct call *c, int status);

/* A member {"href": …}. */
void voice_show_link(struct doc *d, const char *name, const char *href);

/* A prompt of this family's; text prompts are none.  ERR_PROMPT_UNKNOWN. */
enum err voice_find_prompt(struct txn *t, const char *id, struct prompt *out);

/* Preparations and handlers. */
enum err voice_request_prepare(struct call *c);
enum err voice_request_post(struct call *c, struct txn *t);
enum err voice_upload_prepare(struct call *c);
enum err voice_upload_put(struct call *c, struct txn *t);
enum err voice_prompt_post(struct call *c, struct txn *t);
enum err voice_prompt_get(struct call *c, struct txn *t);
enum err voice_prompt_put(struct call *c, struct txn *t);
enum err voice_download_link_get(struct call *c, struct txn *t);
enum err voice_download_get(struct call *c, struct txn *t);

#endif
