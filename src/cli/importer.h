/* SPDX-License-Identifier: MIT */
/*
 * importer: takes rows of any kind of file into the installation, a thousand
 * to a transaction, and tells of each that it cannot take.
 *
 * A transaction that is cut off leaves nothing of its rows and all of those
 * before it; a rerun finds what is there and passes it over.
 */
#ifndef CLI_IMPORTER_H
#define CLI_IMPORTER_H

#include "cli/command.h"
#include "cli/progress.h"
#include "domain/transfer.h"
#include "wire/field.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A kind of file: the name that references carry, and what its prompts have
 * where they say nothing. */
struct importer_source {
	const char *name;
	const char *tone;
	const char *output_format;
};

/* One row; its text lives in importer_arena. */
struct importer_row {
	const struct importer_source *source;
	int64_t number; /* in the file, from 1 */
	int64_t line;   /* where it begins; 0: lines mean nothing here */
	bool is_user;
	struct transfer_item item; /* a prompt … */
	const char *owner;        /* … of this foreign user; NULL: of whom the
	                            * import is for */
	const char *email, *name; /* a user (item.foreign_id) */
};

struct importer_counts {
	int64_t created, skipped, rejected;
};

struct importer; /* one import under way */

/* The import is for the user of this address; NULL: the first admin.  NULL
 * after a message on standard error when there is no such user. */
struct importer *importer_begin(struct command_session *s, const char *email);
void importer_end(struct importer *im); /* NULL is fine */

/* Where a row's text lives until it was added and committed. */
struct arena *importer_arena(struct importer *im);

/* How far the import has come; begins and ends with the caller. */
struct progress *importer_progress(struct importer *im);

/* Add a row of `bytes` text; commits when a batch is full.  False after a
 * failure that ends the import, which was told. */
bool importer_add(
    struct importer *im, const struct importer_row *row, size_t bytes);

/* Tell that a row cannot be taken. */
void importer_reject(
    struct importer *im, const struct importer_row *row, const char *reason);
void importer_reject_faults(struct importer *im, const struct importer_row *row,
    const struct faults *faults);

/* Commit what was added last. */
bool importer_flush(struct importer *im);

const struct importer_counts *importer_prompts(const struct importer *im);
const struct importer_counts *importer_users(const struct importer *im);

/* The id of a prompt that has none: the SHA-256 of what it says, and for the
 * second of two that say the same, that it is the second.  NULL when there is
 * no memory to remember it (16 bytes a row). */
const char *importer_digest(
    struct importer *im, const char *name, const char *content);

#endif
