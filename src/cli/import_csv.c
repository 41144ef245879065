/* SPDX-License-Identifier: MIT */
#include "cli/import_csv.h"

#include "base/text.h"
#include "wire/csv.h"

#include <stdlib.h>
#include <string.h>

#define ROW_MAX_BYTES ((size_t)1 << 20)
#define NAME_MAX_CHARS 200

static const struct importer_source source = { .name = "csv" };

struct columns {
	size_t act, prompt;
};

struct input {
	FILE *file;
	int64_t read_bytes;
};

static ssize_t
read_input(void *from, char *bytes, size_t len)
{
	struct input *in = from;
	size_t got = fread(bytes, 1, len, in->file);

	in->read_bytes += (int64_t)got;
	return got == 0 && ferror(in->file) ? -1 : (ssize_t)got;
}

static bool
find_column(const struct csv_row *header, const char *name, size_t *out)
{
	size_t i;

	for (i = 0; i < header->count; i++) {
		if (text_equal_nocase(header->cells[i], name)) {
			*out = i;
			return true;
		}
	}
	return false;
}

static bool
read_header(struct csv_reader *r, struct columns *out)
{
	struct csv_row header;

	if (!csv_next(r, &header) || header.fault != CSV_OK ||
	    !find_column(&header, "act", &out->act) ||
	    !find_column(&header, "prompt", &out->prompt)) {
		fputs("promptledger import: the first row of a CSV file must "
		      "name the columns act and prompt\n",
		    stderr);
		return false;
	}
	return true;
}

static bool
is_blank(const char *text)
{
	return text[strspn(text, " \t\r\n\v\f")] == '\0';
}

/* Why the row is no prompt; NULL when it is one. */
static const char *
refuse_row(const struct csv_row *row, const struct columns *columns)
{
	const char *act, *prompt;

	if (row->fault != CSV_OK)
		return csv_fault_text(row->fault);
	if (row->count <= columns->act || row->count <= columns->prompt)
		return "the row has too few cells";
	act = row->cells[columns->act];
	prompt = row->cells[columns->prompt];
	if (is_blank(act))
		return "act is empty";
	if (text_length(act) > NAME_MAX_CHARS)
		return "act is longer than 200 characters";
	return prompt[0] == '\0' ? "prompt is empty" : NULL;
}

static bool
add_row(struct importer *im, const struct csv_row *row,
    const struct columns *columns)
{
	struct importer_row to = {
		.source = &source,
		.number = row->number - 1,
		.line = row->line,
	};
	const char *wrong = refuse_row(row, columns);
	struct arena *a = importer_arena(im);
	struct prompt_patch *patch = &to.item.patch;

	if (wrong != NULL) {
		importer_reject(im, &to, wrong);
		return true;
	}
	patch->name = (struct given_text){ GIVEN_VALUE,
		arena_text(a, row->cells[columns->act]) };
	patch->content = (struct given_text){ GIVEN_VALUE,
		arena_text(a, row->cells[columns->prompt]) };
	to.item.foreign_id =
	    importer_digest(im, patch->name.text, patch->content.text);
	if (to.item.foreign_id == NULL) {
		importer_reject(im, &to, "there is no memory for it");
		return true;
	}
	return importer_add(im, &to, strlen(patch->content.text));
}

bool
import_csv(struct importer *im, FILE *file, int64_t size_bytes)
{
	struct input in = { .file = file };
	struct csv_reader *r = csv_open(read_input, &in, ROW_MAX_BYTES);
	struct columns columns;
	struct csv_row row;
	bool goes_on = r != NULL && read_header(r, &columns);

	progress_begin(importer_progress(im), "imported", size_bytes);
	while (goes_on && csv_next(r, &row)) {
		goes_on = add_row(im, &row, &columns);
		progress_show(importer_progress(im), in.read_bytes);
	}
	goes_on = goes_on && importer_flush(im);
	progress_end(importer_progress(im));
	csv_close(r);
	return goes_on;
}
