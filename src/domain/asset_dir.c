/* SPDX-License-Identifier: MIT */
#include "domain/asset_dir.h"

#include "base/log.h"
#include "base/text.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum err
asset_dir_fail(struct failure *f, const char *deed)
{
	int code = errno;

	log_line("event=asset_failed deed=%s errno=%d", deed, code);
	switch (code) {
	case ENOSPC:
	case EDQUOT:
		return err_fail(f, ERR_FULL, NULL, NULL);
	case EACCES:
	case EPERM:
	case EROFS:
		return err_fail(f, ERR_READ_ONLY, NULL, NULL);
	default:
		return err_fail(f, ERR_IO, NULL, NULL);
	}
}

int
asset_dir_open(int parent, const char *name)
{
	return openat(
	    parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

int
asset_dir_make(int parent, const char *name)
{
	bool made = mkdirat(parent, name, 0700) == 0;

	if (!made && errno != EEXIST)
		return -1;
	/* A name is durable when its directory is. */
	if (made && fsync(parent) != 0)
		return -1;
	return asset_dir_open(parent, name);
}

static int
open_below(
    const char *data_dir, const char *name, int (*open_it)(int, const char *))
{
	int data = open(data_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int found;

	if (data < 0)
		return -1;
	found = open_it(data, name);
	close(data);
	return found;
}

int
asset_dir_root(const char *data_dir)
{
	return open_below(data_dir, "assets", asset_dir_open);
}

int
asset_dir_make_root(const char *data_dir)
{
	return open_below(data_dir, "assets", asset_dir_make);
}

/* Open <aa>/<bb> with one of the two ways; *outer is the first of them. */
static int
open_shelf(
    int root, const char *name, int (*open_it)(int, const char *), int *outer)
{
	char first[3] = { name[0], name[1], '\0' };
	char second[3] = { name[2], name[3], '\0' };
	int inner;

	if ((*outer = open_it(root, first)) < 0)
		return -1;
	if ((inner = open_it(*outer, second)) < 0) {
		close(*outer);
		return -1;
	}
	return inner;
}

int
asset_dir_store(int root, int from, const char *from_name,
    const unsigned char sha256[ASSET_DIGEST_BYTES])
{
	char name[ASSET_NAME_SIZE];
	int outer, inner, result = -1;

	text_hex(sha256, ASSET_DIGEST_BYTES, name);
	if ((inner = open_shelf(root, name, asset_dir_make, &outer)) < 0)
		return -1;
	/* The outer ones too: who made them may not have come so far yet. */
	if (renameat(from, from_name, inner, name) == 0 && fsync(inner) == 0 &&
	    fsync(outer) == 0 && fsync(root) == 0)
		result = 0;
	close(inner);
	close(outer);
	return result;
}

int
asset_dir_find(int root, const unsigned char sha256[ASSET_DIGEST_BYTES],
    char name[ASSET_NAME_SIZE])
{
	int outer, inner;

	text_hex(sha256, ASSET_DIGEST_BYTES, name);
	if ((inner = open_shelf(root, name, asset_dir_open, &outer)) >= 0)
		close(outer);
	return inner;
}

int
asset_dir_walk(int dir, asset_dir_fn *fn, void *arg)
{
	/* A descriptor of its own: fdopendir takes it over, with the place
	 * in the listing. */
	int own = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct dirent *entry;
	DIR *listing;
	int code;

	if (own < 0)
		return -1;
	if ((listing = fdopendir(own)) == NULL) {
		close(own);
		return -1;
	}
	for (;;) {
		errno = 0;
		if ((entry = readdir(listing)) == NULL) {
			code = errno;
			break;
		}
		if (text_equal(entry->d_name, ".") ||
		    text_equal(entry->d_name, ".."))
			continue;
		if (!fn(arg, dir, entry->d_name)) {
			code = 0;
			break;
		}
	}
	closedir(listing);
	errno = code;
	return code == 0 ? 0 : -1;
}
