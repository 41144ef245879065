/* SPDX-License-Identifier: MIT */
#include "domain/asset_check.h"

#include "base/text.h"
#include "store/query.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define PAGE 100
#define PIECE_BYTES 65536
#define PATH_SIZE 512

/* One run of either check. */
struct run {
	const struct asset_check *check;
	struct arena *arena;
	struct txn_call call;
	struct failure *failure;
	enum err err;
	int root;
	int64_t done, total;
};

static enum err
count_assets(struct txn *t, void *arg)
{
	struct run *r = arg;
	struct query q;

	query_start(&q, t, STATEMENT_ASSET_COUNT);
	if (query_row(&q))
		r->total = query_take_integer(&q);
	return query_end(&q);
}

static enum err
begin_run(struct run *r, const struct asset_check *c, struct failure *f)
{
	*r = (struct run){
		.check = c,
		.arena = arena_new(),
		.failure = f,
		.root = asset_dir_root(c->data_dir),
	};
	txn_call_init(&r->call, r->arena, f);
	r->call.actor = c->actor;
	if (r->root < 0 && errno != ENOENT)
		return asset_dir_fail(f, "open");
	return txn_run(c->store, TXN_READ, count_assets, r, &r->call);
}

/* Details of failures may lie in the arena. */
static enum err
end_run(struct run *r, enum err err)
{
	if (r->root >= 0)
		close(r->root);
	arena_free(r->arena);
	if (err != ERR_NONE)
		r->failure->detail = NULL;
	return err;
}

static void
tell(struct run *r, enum asset_fault fault, const char *path,
    const char *asset_id)
{
	r->check->found(r->check->arg, fault, path, asset_id);
}

static void
advance(struct run *r)
{
	r->check->progress(r->check->arg, ++r->done, r->total);
}

/*
 * From rows to files.
 */

struct page {
	const char *after;
	size_t count;
	struct {
		const char *id;
		unsigned char sha256[ASSET_DIGEST_BYTES];
	} rows[PAGE];
};

static enum err
list_page(struct txn *t, void *arg)
{
	struct page *p = arg;
	const unsigned char *digest;
	struct query q;
	size_t len;

	query_start(&q, t, STATEMENT_ASSET_LIST);
	query_text(&q, ":after", p->after);
	query_integer(&q, ":max", PAGE);
	for (p->count = 0; p->count < PAGE && query_row(&q); p->count++) {
		p->rows[p->count].id = query_take_text(&q);
		digest = query_take_blob(&q, &len);
		if (len == ASSET_DIGEST_BYTES)
			memcpy(p->rows[p->count].sha256, digest, len);
	}
	return query_end(&q);
}

static bool
has_file(const struct run *r, const unsigned char sha256[ASSET_DIGEST_BYTES])
{
	char name[ASSET_NAME_SIZE];
	struct stat st;
	bool there;
	int dir;

	if (r->root < 0 || (dir = asset_dir_find(r->root, sha256, name)) < 0)
		return false;
	there = fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	    S_ISREG(st.st_mode);
	close(dir);
	return there;
}

struct row_question {
	const unsigned char *sha256;
	bool has_row;
};

static enum err
ask_row(struct txn *t, void *arg)
{
	struct row_question *question = arg;
	struct query q;

	query_start(&q, t, STATEMENT_ASSET_FIND_BY_DIGEST);
	query_blob(&q, ":sha256", question->sha256, ASSET_DIGEST_BYTES);
	question->has_row = query_row(&q);
	return query_end(&q);
}

static enum err
find_row(
    struct run *r, const unsigned char sha256[ASSET_DIGEST_BYTES], bool *out)
{
	struct row_question question = { .sha256 = sha256 };
	enum err err;

	err = txn_run(r->check->store, TXN_READ, ask_row, &question, &r->call);
	*out = question.has_row;
	return err;
}

static const char *
path_of(const struct run *r, const unsigned char sha256[ASSET_DIGEST_BYTES])
{
	char name[ASSET_NAME_SIZE];

	text_hex(sha256, ASSET_DIGEST_BYTES, name);
	return arena_printf(
	    r->arena, "assets/%.2s/%.2s/%s", name, name + 2, name);
}

static enum err
check_row(struct run *r, const char *id,
    const unsigned char sha256[ASSET_DIGEST_BYTES])
{
	bool has_row;
	enum err err;

	advance(r);
	if (has_file(r, sha256))
		return ERR_NONE;
	/* A file goes after its row: was this one purged meanwhile? */
	if ((err = find_row(r, sha256, &has_row)) == ERR_NONE && has_row)
		tell(r, ASSET_WITHOUT_FILE, path_of(r, sha256), id);
	return err;
}

static enum err
check_rows(struct run *r)
{
	struct arena_mark mark = arena_mark(r->arena);
	char last[TEXT_UUID_SIZE] = "";
	struct page p;
	enum err err;
	size_t i;

	do {
		p.after = last;
		if ((err = txn_run(r->check->store, TXN_READ, list_page, &p,
			 &r->call)) != ERR_NONE)
			return err;
		for (i = 0; i < p.count; i++) {
			if ((err = check_row(r, p.rows[i].id,
				 p.rows[i].sha256)) != ERR_NONE)
				return err;
			snprintf(last, sizeof(last), "%s", p.rows[i].id);
		}
		arena_rewind(r->arena, mark);
	} while (p.count == PAGE);
	return ERR_NONE;
}

enum err
asset_check_rows(const struct asset_check *c, struct failure *f)
{
	struct run r;
	enum err err;

	if ((err = begin_run(&r, c, f)) == ERR_NONE)
		err = check_rows(&r);
	return end_run(&r, err);
}

/*
 * From files to rows.
 */

/* Does an open file hold what its name says?  False with errno when it
 * cannot be read. */
static bool
hash_file(int fd, unsigned char out[ASSET_DIGEST_BYTES])
{
	crypto_hash_sha256_state hash;
	unsigned char piece[PIECE_BYTES];
	ssize_t got;

	crypto_hash_sha256_init(&hash);
	while ((got = read(fd, piece, sizeof(piece))) != 0) {
		if (got < 0 && errno != EINTR)
			return false;
		if (got > 0)
			crypto_hash_sha256_update(&hash, piece, (size_t)got);
	}
	crypto_hash_sha256_final(&hash, out);
	return true;
}

struct sweep {
	struct run *run;
	const unsigned char *sha256;
	enum asset_fate fate;
};

static enum err
sweep_file(struct txn *t, void *arg)
{
	struct sweep *s = arg;

	return asset_remove_file(t, s->run->root, s->sha256, &s->fate);
}

static enum err
handle_stray(struct run *r, const unsigned char sha256[ASSET_DIGEST_BYTES])
{
	struct sweep sweep = { .run = r, .sha256 = sha256 };
	enum err err;

	if (r->check->deed == ASSET_LOOK) {
		tell(r, ASSET_WITHOUT_ROW, path_of(r, sha256), NULL);
		return ERR_NONE;
	}
	if ((err = txn_run(r->check->store, TXN_WRITE, sweep_file, &sweep,
		 &r->call)) != ERR_NONE)
		return err;
	if (sweep.fate == ASSET_REMOVED)
		tell(r, ASSET_SWEPT, path_of(r, sha256), NULL);
	return ERR_NONE;
}

/* An open file of the store under a proper name. */
static enum err
check_content(struct run *r, int fd, const struct stat *st,
    const unsigned char named[ASSET_DIGEST_BYTES])
{
	unsigned char found[ASSET_DIGEST_BYTES];
	bool has_row;
	enum err err;

	if ((err = find_row(r, named, &has_row)) != ERR_NONE)
		return err;
	if (!has_row)
		return asset_is_young(st, r->call.now_ms)
		    ? ERR_NONE
		    : handle_stray(r, named);
	advance(r);
	if (!hash_file(fd, found))
		return asset_dir_fail(r->failure, "read");
	if (memcmp(found, named, sizeof(found)) != 0)
		tell(r, ASSET_DAMAGED, path_of(r, named), NULL);
	return ERR_NONE;
}

/* Where the walk is: assets/<outer>/<inner>; "" above. */
struct shelf {
	struct run *run;
	char outer[3];
	char inner[3];
};

static bool
tell_foreign(const struct shelf *s, const char *name)
{
	char path[PATH_SIZE];

	snprintf(path, sizeof(path), "assets/%s%s%s%s%s", s->outer,
	    s->outer[0] == '\0' ? "" : "/", s->inner,
	    s->inner[0] == '\0' ? "" : "/", name);
	tell(s->run, ASSET_FOREIGN, path, NULL);
	return true;
}

static bool
belongs_here(const struct shelf *s, const char *name, const struct stat *st,
    unsigned char sha256[ASSET_DIGEST_BYTES])
{
	char canonical[ASSET_NAME_SIZE];

	if (!S_ISREG(st->st_mode) ||
	    !text_unhex(name, sha256, ASSET_DIGEST_BYTES))
		return false;
	text_hex(sha256, ASSET_DIGEST_BYTES, canonical);
	return text_equal(name, canonical) && memcmp(name, s->outer, 2) == 0 &&
	    memcmp(name + 2, s->inner, 2) == 0;
}

static bool
check_file(void *arg, int dir, const char *name)
{
	struct shelf *s = arg;
	struct run *r = s->run;
	struct arena_mark mark = arena_mark(r->arena);
	unsigned char sha256[ASSET_DIGEST_BYTES];
	struct stat st;
	int fd;

	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return true; /* removed just now */
	if (!belongs_here(s, name, &st, sha256))
		return tell_foreign(s, name);
	fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT)
		return true;
	if (fd < 0) {
		r->err = asset_dir_fail(r->failure, "open");
		return false;
	}
	r->err = check_content(r, fd, &st, sha256);
	close(fd);
	arena_rewind(r->arena, mark);
	return r->err == ERR_NONE;
}

static bool
is_shelf_name(const char *name)
{
	return strlen(name) == 2 && strspn(name, "0123456789abcdef") == 2;
}

/* Walk a directory below this one, if it is a part of the store. */
static bool
enter(
    struct shelf *s, int dir, const char *name, char part[3], asset_dir_fn *fn)
{
	int below;

	if (!is_shelf_name(name) || (below = asset_dir_open(dir, name)) < 0)
		return tell_foreign(s, name);
	memcpy(part, name, 3);
	if (asset_dir_walk(below, fn, s) != 0)
		s->run->err = asset_dir_fail(s->run->failure, "list");
	close(below);
	part[0] = '\0';
	return s->run->err == ERR_NONE;
}

static bool
check_inner(void *arg, int dir, const char *name)
{
	struct shelf *s = arg;

	return enter(s, dir, name, s->inner, check_file);
}

static bool
check_outer(void *arg, int dir, const char *name)
{
	struct shelf *s = arg;

	if (text_equal(name, "tmp"))
		return true;
	return enter(s, dir, name, s->outer, check_inner);
}

enum err
asset_check_files(const struct asset_check *c, struct failure *f)
{
	struct shelf top = { 0 };
	struct run r;
	enum err err;

	top.run = &r;
	if ((err = begin_run(&r, c, f)) != ERR_NONE || r.root < 0)
		return end_run(&r, err);
	if (asset_dir_walk(r.root, check_outer, &top) != 0)
		return end_run(&r, asset_dir_fail(f, "list"));
	return end_run(&r, r.err);
}
