/* SPDX-License-Identifier: MIT */
/*
 * archive: a backup as one file: a tar archive that begins with a list of
 * what is in it.
 *
 *	promptledger/MANIFEST                  see archive_list.h
 *	promptledger/promptledger.db
 *	promptledger/assets/aa/bb/<sha256>     in the order of the names
 *
 * Reading is strict: there is one archive for a given content, and anything
 * else, down to a bit in the padding, is refused.  Names come out of digests,
 * never out of the archive.
 */
#ifndef CLI_ARCHIVE_H
#define CLI_ARCHIVE_H

#include "base/arena.h"
#include "base/err.h"
#include "cli/archive_list.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Called with the bytes of the files that are done. */
typedef void archive_step(void *arg, int64_t done);

struct archive_watch {
	archive_step *step; /* or NULL */
	void *arg;
};

/* Write the archive of the list to fd: the database from the file
 * database_path, the recordings from a data directory.  A file that is not
 * what the list says fails it (ERR_IO); *gone then is true when it was not
 * there at all.  ERR_FULL. */
enum err archive_write(int fd, const struct archive_list *list,
    const char *database_path, const char *data_dir,
    const struct archive_watch *watch, bool *gone, struct arena *a,
    struct failure *f);

/* Where the files of an archive that is read go. */
struct archive_sink {
	enum err (*begin)(
	    void *arg, const struct archive_list *list, size_t index);
	enum err (*add)(void *arg, const char *bytes, size_t len);
	enum err (*end)(void *arg);
	void *arg;
};

/* Read all of the archive and hold it against its list, which is the arena's.
 * sink NULL: only that.  ERR_IO with f->detail for everything that is no whole
 * archive; what the sink got by then is worth nothing. */
enum err archive_read(int fd, const struct archive_sink *sink,
    const struct archive_watch *watch, struct archive_list *out,
    struct arena *a, struct failure *f);

/* The digest and the size of a file. */
enum err archive_digest(
    const char *path, struct archive_file *out, struct failure *f);

#endif
