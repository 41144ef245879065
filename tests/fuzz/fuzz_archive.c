/* SPDX-License-Identifier: MIT */
/*
 * Backups that are none: an archive, or behind a first line "list" the text
 * of its list.  Digests keep made-up bytes from getting far; a list that is
 * taken must be the only text for its values.
 */
#include "fuzz.h"

#include "cli/archive.h"

#include <sys/mman.h>
#include <unistd.h>

#define LIST "list\n"

static void
read_list(const char *text, size_t len, struct arena *a)
{
	struct archive_list list = { 0 };
	char path[512];
	struct buf out;
	size_t i;

	if (!archive_list_read(text, len, &list, a))
		return;
	buf_init(&out, 1 << 20);
	archive_list_print(&list, &out);
	MUST(out.len == len && memcmp(out.ptr, text, len) == 0);
	for (i = 0; i < list.count; i++) {
		archive_path(&list, i, path, sizeof(path));
		MUST(strstr(path, "..") == NULL && path[0] != '/');
	}
	MUST(archive_bytes(&list) >= 0);
	buf_free(&out);
}

static void
read_archive(const uint8_t *data, size_t size, struct arena *a)
{
	const struct archive_watch nobody = { 0 };
	struct archive_list list = { 0 };
	struct failure failure = { 0 };
	int fd = memfd_create("archive", MFD_CLOEXEC);

	MUST(fd >= 0 && write(fd, data, size) == (ssize_t)size);
	MUST(lseek(fd, 0, SEEK_SET) == 0);
	if (archive_read(fd, NULL, &nobody, &list, a, &failure) == ERR_NONE)
		MUST(list.count > 0);
	else
		MUST(failure.detail != NULL);
	close(fd);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const size_t skip = strlen(LIST);
	struct arena *a = arena_new();

	if (size >= skip && memcmp(data, LIST, skip) == 0)
		read_list((const char *)data + skip, size - skip, a);
	else
		read_archive(data, size, a);
	arena_free(a);
	return 0;
}
