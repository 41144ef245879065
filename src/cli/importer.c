/* SPDX-License-Identifier: MIT */
#include "cli/importer.h"

#include "base/text.h"
#include "domain/project.h"
#include "domain/user.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A batch ends with either: the rows' number, so that a transaction is short,
 * or their size, so that memory is bounded. */
#define BATCH_ROWS 1000
#define BATCH_BYTES ((size_t)8 << 20)

/* What became of a row. */
struct outcome {
	enum transfer_outcome outcome;
	const char *reason; /* NULL: it was taken */
};

/* How often each text was met: an open hash table, at most half full. */
struct met {
	struct met_slot {
		uint64_t key; /* of the digest; 0: free */
		uint64_t times;
	} * slots;
	size_t room, count;
};

struct importer {
	struct command_session *session;
	struct met met;
	struct progress progress;
	const char *owner_id;
	const char *project_id;
	struct importer_counts prompts, users;

	struct arena_mark mark; /* where the batch's text begins */
	size_t count, bytes;
	struct importer_row rows[BATCH_ROWS];
	struct outcome outcomes[BATCH_ROWS];
};

struct find_owner {
	const char *email;
	const char *owner_id;
	const char *project_id;
};

static enum err
find_owner(struct txn *t, void *arg)
{
	struct find_owner *find = arg;
	struct user user;
	enum err err;

	if (find->email == NULL) {
		err = transfer_first_admin(t, &find->owner_id);
	} else {
		err = user_find_by_email(t, find->email, &user);
		find->owner_id = user.id;
	}
	if (err != ERR_NONE)
		return err;
	return project_first_of_user(t, find->owner_id, &find->project_id);
}

struct importer *
importer_begin(struct command_session *s, const char *email)
{
	struct find_owner find = { .email = email };
	struct importer *im;

	if (command_run(s, TXN_READ, find_owner, &find) != ERR_NONE) {
		command_failed(s, "cannot find whom the import is for");
		return NULL;
	}
	im = calloc(1, sizeof(*im));
	if (im == NULL) {
		fputs("promptledger: out of memory\n", stderr);
		return NULL;
	}
	im->session = s;
	im->owner_id = find.owner_id;
	im->project_id = find.project_id;
	im->mark = arena_mark(s->arena);
	return im;
}

void
importer_end(struct importer *im)
{
	if (im != NULL)
		free(im->met.slots);
	free(im);
}

struct arena *
importer_arena(struct importer *im)
{
	return im->session->arena;
}

struct progress *
importer_progress(struct importer *im)
{
	return &im->progress;
}

const struct importer_counts *
importer_prompts(const struct importer *im)
{
	return &im->prompts;
}

const struct importer_counts *
importer_users(const struct importer *im)
{
	return &im->users;
}

static struct importer_counts *
counts_of(struct importer *im, const struct importer_row *row)
{
	return row->is_user ? &im->users : &im->prompts;
}

void
importer_reject(
    struct importer *im, const struct importer_row *row, const char *reason)
{
	progress_end(&im->progress);
	fprintf(
	    stderr, "%s %" PRId64, row->is_user ? "user" : "row", row->number);
	if (row->line > 0)
		fprintf(stderr, " (line %" PRId64 ")", row->line);
	fprintf(stderr, ": %s\n", reason);
	counts_of(im, row)->rejected++;
	/* A file of nothing but rejected rows must not fill the memory. */
	if (im->count == 0)
		arena_rewind(im->session->arena, im->mark);
}

void
importer_reject_faults(struct importer *im, const struct importer_row *row,
    const struct faults *faults)
{
	static const char *const reasons[] = {
		[FAULT_UNKNOWN] = "is not known",
		[FAULT_REPEATED] = "is there twice",
		[FAULT_MISSING] = "is missing",
		[FAULT_NULL] = "is null",
		[FAULT_TYPE] = "has the wrong type",
		[FAULT_SHORT] = "is too short",
		[FAULT_LONG] = "is too long",
		[FAULT_FRACTION] = "has a fraction",
		[FAULT_SMALL] = "is too small",
		[FAULT_LARGE] = "is too large",
		[FAULT_CHOICE] = "is none of its choices",
		[FAULT_FEW] = "has too few items",
		[FAULT_MANY] = "has too many items",
		[FAULT_ITEM_TYPE] = "has an item of the wrong type",
		[FAULT_ITEM_ARRAY] = "has an item of the wrong type",
		[FAULT_ITEM_SHORT] = "has an item that is too short",
		[FAULT_ITEM_LONG] = "has an item that is too long",
		[FAULT_CHECK] = "is not well formed",
		[FAULT_CONTROL] = "has control characters",
	};
	struct arena *a = importer_arena(im);
	const char *text = "";
	size_t i;

	for (i = 0; i < faults->count; i++)
		text = arena_printf(a, "%s%s%s %s", text,
		    text[0] == '\0' ? "" : ", ", faults->list[i].name,
		    reasons[faults->list[i].kind]);
	importer_reject(im, row, text);
}

/* Whose a prompt is, and where it goes. */
static enum err
choose_home(struct txn *t, const struct importer *im,
    const struct importer_row *row, struct transfer *out)
{
	enum err err;

	out->owner_id = im->owner_id;
	out->project_id = im->project_id;
	if (row->owner == NULL)
		return ERR_NONE;
	err = transfer_find_user(
	    t, row->source->name, row->owner, &out->owner_id);
	if (err != ERR_NONE)
		return err;
	return project_first_of_user(t, out->owner_id, &out->project_id);
}

static enum err
take_row(struct txn *t, const struct importer *im,
    const struct importer_row *row, enum transfer_outcome *out)
{
	struct transfer transfer = {
		.mode = TRANSFER_CREATE,
		.source = row->source->name,
		.tone = row->source->tone,
		.output_format = row->source->output_format,
	};
	enum err err;

	if (row->is_user)
		return transfer_take_user(t, row->source->name,
		    row->item.foreign_id, row->email, row->name, out);
	if ((err = choose_home(t, im, row, &transfer)) != ERR_NONE)
		return err;
	return transfer_take(t, &transfer, &row->item, out);
}

/* Why a row was not taken though the others can be; NULL when none can. */
static const char *
explain(struct txn *t, enum err err, const struct failure *f)
{
	switch (err) {
	case ERR_ACTIVE_CONFLICT:
		return arena_printf(txn_arena(t),
		    "an active prompt of section %s answers for the same: %s",
		    f->field, f->detail);
	case ERR_NAME_TAKEN:
		return "the name is taken";
	case ERR_USER_UNKNOWN:
		return "its owner is not in the file";
	case ERR_PROJECT_UNKNOWN:
		return "its owner has no project";
	default:
		return NULL;
	}
}

static enum err
take_batch(struct txn *t, void *importer)
{
	struct importer *im = importer;
	struct outcome *o;
	enum err err;
	size_t i;

	for (i = 0; i < im->count; i++) {
		o = &im->outcomes[i];
		o->reason = NULL;
		err = take_row(t, im, &im->rows[i], &o->outcome);
		if (err == ERR_NONE)
			continue;
		o->reason = explain(t, err, &im->session->failure);
		if (o->reason == NULL)
			return err;
	}
	return ERR_NONE;
}

static void
count_batch(struct importer *im)
{
	const struct importer_row *row;
	size_t i;

	for (i = 0; i < im->count; i++) {
		row = &im->rows[i];
		if (im->outcomes[i].reason != NULL)
			importer_reject(im, row, im->outcomes[i].reason);
		else if (im->outcomes[i].outcome == TRANSFER_CREATED)
			counts_of(im, row)->created++;
		else
			counts_of(im, row)->skipped++;
	}
}

bool
importer_flush(struct importer *im)
{
	struct command_session *s = im->session;
	enum err err;

	if (im->count > 0) {
		err = command_run(s, TXN_WRITE, take_batch, im);
		if (err != ERR_NONE) {
			progress_end(&im->progress);
			command_failed(s, "cannot import");
			return false;
		}
		count_batch(im);
	}
	im->count = 0;
	im->bytes = 0;
	arena_rewind(s->arena, im->mark);
	return true;
}

bool
importer_add(struct importer *im, const struct importer_row *row, size_t bytes)
{
	im->rows[im->count++] = *row;
	im->bytes += bytes;
	return (im->count < BATCH_ROWS && im->bytes < BATCH_BYTES) ||
	    importer_flush(im);
}

static struct met_slot *
find_slot(const struct met *met, uint64_t key)
{
	size_t i = (size_t)key & (met->room - 1);

	while (met->slots[i].key != 0 && met->slots[i].key != key)
		i = (i + 1) & (met->room - 1);
	return &met->slots[i];
}

static bool
grow(struct met *met)
{
	struct met grown = { .room = met->room == 0 ? 4096 : 2 * met->room };
	size_t i;

	grown.count = met->count;
	grown.slots = calloc(grown.room, sizeof(*grown.slots));
	if (grown.slots == NULL)
		return false;
	for (i = 0; i < met->room; i++) {
		if (met->slots[i].key != 0)
			*find_slot(&grown, met->slots[i].key) = met->slots[i];
	}
	free(met->slots);
	*met = grown;
	return true;
}

/* The how-manieth of its kind is this?  0 when there is no memory. */
static uint64_t
meet(struct met *met, uint64_t key)
{
	struct met_slot *slot;

	if (2 * met->count >= met->room && !grow(met))
		return 0;
	key = key == 0 ? 1 : key;
	slot = find_slot(met, key);
	if (slot->key == 0) {
		slot->key = key;
		met->count++;
	}
	return ++slot->times;
}

const char *
importer_digest(struct importer *im, const char *name, const char *content)
{
	unsigned char digest[crypto_hash_sha256_BYTES];
	char hex[2 * sizeof(digest) + 1];
	crypto_hash_sha256_state state;
	uint64_t key, times;

	/* The NUL between them keeps "a" + "bc" from "ab" + "c". */
	crypto_hash_sha256_init(&state);
	crypto_hash_sha256_update(
	    &state, (const unsigned char *)name, strlen(name) + 1);
	crypto_hash_sha256_update(
	    &state, (const unsigned char *)content, strlen(content));
	crypto_hash_sha256_final(&state, digest);
	memcpy(&key, digest, sizeof(key));
	if ((times = meet(&im->met, key)) == 0)
		return NULL;
	text_hex(digest, sizeof(digest), hex);
	if (times == 1)
		return arena_printf(im->session->arena, "sha256:%s", hex);
	return arena_printf(
	    im->session->arena, "sha256:%s/%" PRIu64, hex, times);
}
