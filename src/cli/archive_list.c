/* SPDX-License-Identifier: MIT */
#include "cli/archive_list.h"

#include "base/clock.h"
#include "base/text.h"
#include "domain/asset_copy.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define FIRST_LINE "promptledger backup 1"

void
archive_path(
    const struct archive_list *list, size_t index, char *out, size_t size)
{
	char path[ASSET_PATH_SIZE];

	if (index == 0) {
		snprintf(out, size, "%s", ARCHIVE_DATABASE);
		return;
	}
	asset_path(list->files[index].digest, path);
	snprintf(out, size, "%s", path);
}

int64_t
archive_bytes(const struct archive_list *list)
{
	int64_t bytes = 0;
	size_t i;

	for (i = 0; i < list->count; i++)
		bytes += list->files[i].size_bytes;
	return bytes;
}

void
archive_list_print(const struct archive_list *list, struct buf *out)
{
	char at[CLOCK_TEXT_SIZE], path[ASSET_PATH_SIZE];
	size_t i;

	clock_iso_ms(list->created_ms, at);
	buf_printf(out,
	    FIRST_LINE "\ncreated %s\nrows %" PRId64 "\nhead %s\n"
		       "files %zu\n",
	    at, list->rows, list->head, list->count);
	for (i = 0; i < list->count; i++) {
		archive_path(list, i, path, sizeof(path));
		buf_printf(out, "%s %" PRId64 " %s\n", list->files[i].digest,
		    list->files[i].size_bytes, path);
	}
}

/* The value of the line "word value", cut at its end; NULL when the line is
 * another. */
static char *
take_line(char **text, const char *word)
{
	size_t len = strlen(word);
	char *value = *text + len, *end;

	if (strncmp(*text, word, len) != 0 ||
	    (end = strchr(value, '\n')) == NULL)
		return NULL;
	*end = '\0';
	*text = end + 1;
	return value;
}

static bool
is_digest(const char *text)
{
	return strlen(text) == ARCHIVE_DIGEST_CHARS &&
	    strspn(text, "0123456789abcdef") == ARCHIVE_DIGEST_CHARS;
}

/* "<digest> <bytes> <path>"; of the path only that there is one. */
static bool
read_file_line(char *line, struct archive_file *out)
{
	char *size = strchr(line, ' '), *path;

	if (size == NULL || (path = strchr(size + 1, ' ')) == NULL)
		return false;
	*size++ = '\0';
	*path = '\0';
	if (!is_digest(line) || !text_to_int64(size, &out->size_bytes) ||
	    out->size_bytes < 0)
		return false;
	memcpy(out->digest, line, sizeof(out->digest));
	return true;
}

static bool
read_files(char *text, struct archive_list *list)
{
	char *line;
	size_t i;

	for (i = 0; i < list->count; i++) {
		if ((line = take_line(&text, "")) == NULL ||
		    !read_file_line(line, &list->files[i]))
			return false;
		/* Each name once, so that nothing is written twice. */
		if (i > 1 &&
		    strcmp(list->files[i - 1].digest, list->files[i].digest) >=
			0)
			return false;
	}
	return *text == '\0';
}

/* Read the values, then see whether they make this very text. */
bool
archive_list_read(
    const char *manifest, size_t len, struct archive_list *out, struct arena *a)
{
	struct archive_list list = { 0 };
	char *text = arena_copy(a, manifest, len), *line;
	struct buf again;
	int64_t count;
	bool same;

	if (strlen(text) != len || take_line(&text, FIRST_LINE) == NULL ||
	    (line = take_line(&text, "created ")) == NULL ||
	    !clock_from_rfc3339(line, &list.created_ms) ||
	    (line = take_line(&text, "rows ")) == NULL ||
	    !text_to_int64(line, &list.rows) ||
	    (line = take_line(&text, "head ")) == NULL || !is_digest(line))
		return false;
	memcpy(list.head, line, sizeof(list.head));
	if ((line = take_line(&text, "files ")) == NULL ||
	    !text_to_int64(line, &count) || count < 1 ||
	    (uint64_t)count > len / ARCHIVE_DIGEST_CHARS)
		return false;
	list.count = (size_t)count;
	list.files = arena_alloc(a, list.count * sizeof(*list.files));
	if (!read_files(text, &list))
		return false;
	buf_init(&again, len + 1);
	archive_list_print(&list, &again);
	same = !buf_failed(&again) && again.len == len &&
	    memcmp(buf_string(&again), manifest, len) == 0;
	buf_free(&again);
	if (same)
		*out = list;
	return same;
}
