/* SPDX-License-Identifier: MIT */
/*
 * recording: a voice prompt with its people and its sound, as the voice
 * family shows it.  Text prompts are no recordings.
 */
#ifndef DOMAIN_RECORDING_H
#define DOMAIN_RECORDING_H

#include "domain/asset.h"
#include "domain/prompt.h"
#include "store/txn.h"

#include <stddef.h>
#include <stdint.h>

struct recording {
	struct prompt prompt;
	const char *creator_name;
	const char *updater_name;
	struct asset asset; /* its id is NULL when the prompt has none */
};

/* ERR_PROMPT_UNKNOWN when there is none, or a text prompt. */
enum err recording_find(struct txn *t, const char *id, struct recording *out);

enum recording_order {
	RECORDING_BY_NAME,
	RECORDING_BY_NAME_DESCENDING,
	RECORDING_BY_CREATED_AT, /* the id decides between equals */
	RECORDING_BY_CREATED_AT_DESCENDING,
	RECORDING_BY_UPDATED_AT,
	RECORDING_BY_UPDATED_AT_DESCENDING,
	RECORDING_ORDER_COUNT
};

/* Which recordings to list; NULL: all. */
struct recording_filter {
	const char *search; /* is in name or description, in whatever case */
	const char *name;   /* exactly */
	const char *kind;   /* asset, tts, url */
};

enum err recording_count(
    struct txn *t, const struct recording_filter *filter, int64_t *out);

struct recording_page {
	enum recording_order order;
	int64_t limit, offset;
};

/* A part of the list: the ids, in the call's arena, and their number. */
enum err recording_list(struct txn *t, const struct recording_filter *filter,
    const struct recording_page *page, const char ***ids, size_t *count);

#endif
