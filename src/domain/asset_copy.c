/* SPDX-License-Identifier: MIT */
#include "domain/asset_copy.h"

#include "base/log.h"
#include "store/query.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void
asset_path(const char *name, char out[ASSET_PATH_SIZE])
{
	snprintf(out, ASSET_PATH_SIZE, "assets/%.2s/%.2s/%.*s", name, name + 2,
	    ASSET_NAME_CHARS, name);
}

/* Names become paths, so they are looked at though the program wrote them. */
static bool
is_name(const char *name)
{
	return name != NULL && strlen(name) == ASSET_NAME_CHARS &&
	    strspn(name, "0123456789abcdef") == ASSET_NAME_CHARS;
}

enum err
asset_list_names(struct txn *t,
    bool (*add)(void *arg, const struct asset_name *one), void *arg)
{
	struct asset_name one;
	struct query q;
	bool is_sound = true;
	enum err err;

	query_start(&q, t, STATEMENT_ASSET_LIST_FILES);
	while (is_sound && query_row(&q)) {
		one.name = query_take_text(&q);
		one.size_bytes = query_take_integer(&q);
		one.is_needed = query_take_boolean(&q);
		is_sound = is_name(one.name) || !one.is_needed;
		if (is_name(one.name) && !add(arg, &one))
			break;
	}
	if ((err = query_end(&q)) != ERR_NONE)
		return err;
	return is_sound
	    ? ERR_NONE
	    : txn_fail(t, ERR_IO, NULL, "a recording has no digest");
}

static enum err
fail(struct failure *f, const char *path)
{
	log_line("event=asset_move_failed path=%s errno=%d", path, errno);
	return err_fail(f,
	    errno == ENOSPC || errno == EDQUOT ? ERR_FULL : ERR_IO, NULL,
	    "a recording cannot be put in place");
}

static int
sync_dir(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC), result;

	if (fd == -1)
		return -1;
	result = fsync(fd);
	close(fd);
	return result;
}

/* Make the directories between dir and the file's name; each is durable
 * before something is put into it.  Leaves the innermost one in path. */
static int
make_dirs(char *path, size_t dir_len)
{
	char *slash;
	int result = 0;

	for (slash = strchr(path + dir_len + 1, '/');
	     slash != NULL && result == 0; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (mkdir(path, 0700) == 0) {
			char *parent = strrchr(path, '/');

			*parent = '\0';
			result = sync_dir(path);
			*parent = '/';
		} else if (errno != EEXIST) {
			result = -1;
		}
		*slash = '/';
	}
	return result;
}

enum err
asset_move(const char *from_dir, const char *to_dir, const char *name,
    struct failure *f)
{
	char from[PATH_MAX], to[PATH_MAX], rest[ASSET_PATH_SIZE];

	asset_path(name, rest);
	if (snprintf(from, sizeof(from), "%s/%s", from_dir, rest) >=
		(int)sizeof(from) ||
	    snprintf(to, sizeof(to), "%s/%s", to_dir, rest) >= (int)sizeof(to))
		return err_fail(f, ERR_IO, NULL, "a name is too long");
	if (make_dirs(to, strlen(to_dir)) != 0 || rename(from, to) != 0)
		return fail(f, to);
	*strrchr(to, '/') = '\0';
	return sync_dir(to) == 0 ? ERR_NONE : fail(f, to);
}
