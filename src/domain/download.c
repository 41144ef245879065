/* SPDX-License-Identifier: MIT */
#include "domain/download.h"

#include "base/log.h"
#include "base/text.h"
#include "store/query.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void
take_download(struct query *q, struct download *out)
{
	const unsigned char *digest;
	size_t len;

	out->asset_id = query_take_text(q);
	digest = query_take_blob(q, &len);
	if (len == sizeof(out->sha256))
		memcpy(out->sha256, digest, len);
	out->media_type = query_take_text(q);
	out->size_bytes = query_take_integer(q);
	out->file_name = query_take_text(q);
}

enum err
download_find(struct txn *t, const char *asset_id, struct download *out)
{
	struct download d = { 0 };
	struct query q;
	bool found;
	enum err err;

	query_start(&q, t, STATEMENT_DOWNLOAD_FIND);
	query_text(&q, ":id", asset_id);
	if ((found = query_row(&q)))
		take_download(&q, &d);
	if ((err = query_end(&q)) != ERR_NONE)
		return err;
	if (!found)
		return txn_fail(t, ERR_ASSET_UNKNOWN, "id", NULL);
	*out = d;
	return ERR_NONE;
}

const char *
download_path(const struct download *d, struct arena *a)
{
	char name[2 * ASSET_DIGEST_BYTES + 1];

	text_hex(d->sha256, sizeof(d->sha256), name);
	return arena_printf(a, "%.2s/%.2s/%s", name, name + 2, name);
}

/* A row whose file is gone or is another one: the store is damaged. */
static enum err
fail_damaged(const struct download *d, struct failure *f, const char *what)
{
	log_line(
	    "event=asset_damaged asset=%s detail=\"%s\"", d->asset_id, what);
	return err_fail(f, ERR_INTERNAL, NULL, what);
}

enum err
download_open(const struct download *d, const char *data_dir, struct arena *a,
    struct failure *f, int *fd)
{
	const char *path =
	    arena_printf(a, "%s/assets/%s", data_dir, download_path(d, a));
	int file = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	struct stat st;

	if (file < 0 && errno == ENOENT)
		return fail_damaged(d, f, "the file is missing");
	if (file < 0) {
		log_line("event=asset_failed deed=open errno=%d", errno);
		return err_fail(f, ERR_IO, NULL, NULL);
	}
	if (fstat(file, &st) != 0 || !S_ISREG(st.st_mode) ||
	    st.st_size != d->size_bytes) {
		close(file);
		return fail_damaged(d, f, "the file is of another size");
	}
	*fd = file;
	return ERR_NONE;
}
