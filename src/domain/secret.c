/* SPDX-License-Identifier: MIT */
#include "domain/secret.h"

#include "base/log.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define HEX_CHARS (2 * SECRET_BYTES)

static enum err
fail(struct failure *f, const char *path, const char *what)
{
	log_line("event=key_failed file=%s detail=\"%s\" errno=%d", path, what,
	    errno);
	return err_fail(f, ERR_IO, NULL, what);
}

/* Draw a key into a file of its own and give it its name only when it is
 * whole; link() leaves a key that another process made meanwhile. */
static enum err
draw_key(const char *path, struct failure *f)
{
	unsigned char key[SECRET_BYTES], name[8];
	char hex[HEX_CHARS + 1], draft[PATH_MAX];
	char name_hex[2 * sizeof(name) + 1];
	bool written;
	int fd;

	randombytes_buf(key, sizeof(key));
	text_hex(key, sizeof(key), hex);
	hex[HEX_CHARS] = '\n';
	/* Not the process id: in a container every start may have the same
	 * one, and a draft that a crash left would be in the way for ever. */
	randombytes_buf(name, sizeof(name));
	text_hex(name, sizeof(name), name_hex);
	if (snprintf(draft, sizeof(draft), "%s.%s", path, name_hex) >=
	    (int)sizeof(draft))
		return fail(f, path, "the data directory's name is too long");
	fd = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd == -1)
		return fail(f, draft, "the key file cannot be made");
	written = write(fd, hex, sizeof(hex)) == (ssize_t)sizeof(hex) &&
	    fsync(fd) == 0;
	close(fd);
	if (written && link(draft, path) != 0 && errno != EEXIST)
		written = false;
	unlink(draft);
	return written ? ERR_NONE
		       : fail(f, path, "the key file cannot be written");
}

static enum err
take_key(int fd, const char *path, unsigned char out[SECRET_BYTES],
    struct failure *f)
{
	char hex[HEX_CHARS + 1];
	struct stat st;

	if (fstat(fd, &st) != 0 || (st.st_mode & 077) != 0)
		return fail(f, path, "the key file is readable by others");
	if (read(fd, hex, HEX_CHARS) != HEX_CHARS)
		return fail(f, path, "the key file is too short");
	hex[HEX_CHARS] = '\0';
	if (!text_unhex(hex, out, SECRET_BYTES))
		return fail(f, path, "the key file holds no key");
	return ERR_NONE;
}

enum err
secret_load(const char *dir, const char *name, unsigned char out[SECRET_BYTES],
    struct failure *f)
{
	char path[PATH_MAX];
	enum err err;
	int fd;

	if (snprintf(path, sizeof(path), "%s/keys", dir) >= (int)sizeof(path) ||
	    (mkdir(path, 0700) != 0 && errno != EEXIST))
		return fail(f, path, "the key directory cannot be made");
	if (snprintf(path, sizeof(path), "%s/keys/%s.key", dir, name) >=
	    (int)sizeof(path))
		return fail(f, path, "the data directory's name is too long");
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd == -1 && errno == ENOENT) {
		if ((err = draw_key(path, f)) != ERR_NONE)
			return err;
		fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	}
	if (fd == -1)
		return fail(f, path, "the key file cannot be opened");
	err = take_key(fd, path, out, f);
	close(fd);
	return err;
}

enum err
secret_read(
    const char *path, unsigned char out[SECRET_BYTES], struct failure *f)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	enum err err;

	if (fd == -1)
		return fail(f, path, "the key file cannot be opened");
	err = take_key(fd, path, out, f);
	close(fd);
	return err;
}
