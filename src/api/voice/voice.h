/* SPDX-License-Identifier: MIT */
/*
 * voice: what the files of the voice family share.
 *
 *	voice.c         bodies, routes, the family itself
 *	voice_error.c   failures and their words
 *	voice_upload.c  asking for an upload link, and the upload
 *	voice_prompt.c  prompts: created, read, replaced, deleted
 *	voice_patch.c   their partial update
 *	voice_list.c    pages, and the list of prompts
 *	voice_flow.c    the flows that use a prompt
 *	voice_download.c  asking for a download link, and the download
 */
#ifndef API_VOICE_VOICE_H
#define API_VOICE_VOICE_H

#include "api/family.h"

struct recording;

#define VOICE_NAME_MAX 255
#define VOICE_DESCRIPTION_MAX 1024

#define VOICE_PROBLEM_TYPE "application/problem+json"
#define VOICE_PATCH_TYPE "application/json-patch+json"
#define VOICE_MERGE_TYPE "application/merge-patch+json"

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
	struct given_integer part;     /* the body is this part */
	struct given_integer complete; /* so many parts are all */
};

/* What a partial update asks for, in the order in which it does. */
struct voice_operation;

struct voice_patch {
	struct voice_operation *list;
	size_t count;
};

struct voice_deletion {
	struct given_boolean force;
};

/* What a list's query holds about its pages, and the rows of its table. */
struct voice_page_query {
	struct given_integer page;
	struct given_integer per_page;
};

#define VOICE_PAGE_MAX (INT64_C(1) << 53) /* the largest integer of fields */
#define VOICE_PER_PAGE_MAX 100

/* clang-format off */
#define VOICE_PAGE_ROWS(start) \
	{.name = "page", .type = FIELD_INTEGER, .min = 1, .max = VOICE_PAGE_MAX, .offset = (start) + offsetof(struct voice_page_query, page)}, \
	{.name = "per_page", .type = FIELD_INTEGER, .min = 1, .max = VOICE_PER_PAGE_MAX, .offset = (start) + offsetof(struct voice_page_query, per_page)}
/* clang-format on */

struct voice_list_query {
	struct voice_page_query page;
	struct given_text search;
	struct given_text name;
	struct given_text kind;
	struct given_text order;
};

struct voice_usage_query {
	struct given_text ids; /* with commas between them */
};

struct voice_flow {
	struct given_json published;
	struct given_json draft;
};

extern const struct field_table voice_patch_fields;
extern const struct field_table voice_list_fields;
extern const struct field_table voice_usage_fields;
extern const struct field_table voice_flow_list_fields;
extern const struct field_table voice_flow_fields;

/* The rules of three fields, so that their faults can be worded. */
bool voice_is_file_name(const char *name);
bool voice_is_order(const char *text);
bool voice_is_id_list(const char *text);

/* A page of a list. */
struct voice_page {
	int64_t page, per_page;
	int64_t offset; /* of its first row */
	int64_t total;  /* rows of the list; whoever counts sets it */
};

void voice_page_begin(
    struct voice_page *p, const struct voice_page_query *query);

/* The members total, page and per_page. */
void voice_show_page(struct doc *d, const struct voice_page *p);

/* The member _links, with the query's filters in each. */
void voice_show_page_links(
    struct call *c, const struct voice_page *p, const char *path);

/* A prompt as an object of its own or in an array. */
void voice_show_prompt(
    struct call *c, struct doc *d, const struct recording *r);

/* Answer with a prompt as it is now, and its entity tag. */
enum err voice_answer_prompt(
    struct call *c, struct txn *t, const char *id, int status);

struct voice_link_wish {
	struct given_integer expires_in;
};

/* The family's words for failures, and how it shows one. */
extern const struct err_text voice_texts[];
void voice_show_error(struct call *c, enum err err);

/* Begin a reply whose form depends on Accept. */
struct doc *voice_begin_reply(struct call *c, int status);

/* A member {"href": …}. */
void voice_show_link(struct doc *d, const char *name, const char *href);
/* Preparations and handlers. */
enum err voice_request_prepare(struct call *c);
enum err voice_request_post(struct call *c, struct txn *t);
enum err voice_upload_prepare(struct call *c);
enum err voice_upload_put(struct call *c, struct txn *t);
enum err voice_prompt_post(struct call *c, struct txn *t);
enum err voice_prompt_get(struct call *c, struct txn *t);
enum err voice_prompt_put(struct call *c, struct txn *t);
enum err voice_prompt_delete(struct call *c, struct txn *t);
enum err voice_prompt_list(struct call *c, struct txn *t);
enum err voice_patch_prepare(struct call *c);
enum err voice_prompt_patch(struct call *c, struct txn *t);
enum err voice_usage_get(struct call *c, struct txn *t);
enum err voice_flow_list(struct call *c, struct txn *t);
enum err voice_flow_prepare(struct call *c);
enum err voice_flow_put(struct call *c, struct txn *t);
enum err voice_flow_delete(struct call *c, struct txn *t);
enum err voice_download_link_get(struct call *c, struct txn *t);
enum err voice_download_get(struct call *c, struct txn *t);

#endif
