/* SPDX-License-Identifier: MIT */
#include "api/jwt_keys.h"

#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* One state of the file's keys, and how many hold it: the file's own place
 * counts as one. */
struct jwt_key_loan {
	struct jwk_set *set;
	unsigned holders;
};

struct jwt_keys {
	char *path;
	pthread_mutex_t mutex; /* guards what follows, and all holders */
	struct jwt_key_loan *now;
	struct stat seen; /* the file when it was read last, or tried */
};

/*
 * The file.
 */

static const char *
read_bytes(int fd, struct arena *a, char **out, size_t *out_len)
{
	char *text = arena_alloc(a, JWK_FILE_MAX_BYTES + 2);
	size_t len = 0;
	ssize_t got = 1;

	while (len <= JWK_FILE_MAX_BYTES && got > 0) {
		got = read(fd, text + len, JWK_FILE_MAX_BYTES + 1 - len);
		if (got == -1 && errno == EINTR)
			got = 1;
		else if (got == -1)
			return "it cannot be read";
		else
			len += (size_t)got;
	}
	if (len > JWK_FILE_MAX_BYTES)
		return "it is larger than 256 KiB";
	*out = text;
	*out_len = len;
	return NULL;
}

static struct jwk_set *
read_open_file(int fd, struct arena *a, struct stat *st, const char **wrong)
{
	struct jwk_set *set;
	char *text = NULL;
	size_t len = 0;

	*wrong = "it is no regular file";
	if (fstat(fd, st) != 0 || !S_ISREG(st->st_mode))
		return NULL;
	if ((*wrong = read_bytes(fd, a, &text, &len)) != NULL)
		return NULL;
	set = jwk_set_read(text, len, wrong);
	if (set != NULL && jwk_set_is_secret(set) && (st->st_mode & 077) != 0) {
		*wrong = "it holds a secret and others than its owner may "
			 "read it";
		jwk_set_free(set);
		return NULL;
	}
	return set;
}

static struct jwk_set *
read_file(
    const char *path, struct arena *a, struct stat *st, const char **wrong)
{
	struct jwk_set *set;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	if (fd == -1) {
		*wrong = strerror(errno);
		return NULL;
	}
	set = read_open_file(fd, a, st, wrong);
	close(fd);
	return set;
}

struct jwk_set *
jwt_keys_read(const char *path, struct arena *a, const char **wrong)
{
	struct stat st;

	return read_file(path, a, &st, wrong);
}

/*
 * Loans.
 */

/* NULL when there is no memory; then the set is freed. */
static struct jwt_key_loan *
make_loan(struct jwk_set *set)
{
	struct jwt_key_loan *loan = malloc(sizeof(*loan));

	if (loan == NULL)
		jwk_set_free(set);
	else
		*loan = (struct jwt_key_loan){ .set = set, .holders = 1 };
	return loan;
}

static void
drop_loan(struct jwt_key_loan *loan)
{
	if (--loan->holders > 0)
		return;
	jwk_set_free(loan->set);
	free(loan);
}

static bool
has_changed(const struct stat *before, const struct stat *after)
{
	return before->st_ino != after->st_ino ||
	    before->st_dev != after->st_dev ||
	    before->st_size != after->st_size ||
	    before->st_mode != after->st_mode ||
	    before->st_mtim.tv_sec != after->st_mtim.tv_sec ||
	    before->st_mtim.tv_nsec != after->st_mtim.tv_nsec;
}

/* A file that is being written is tried again when it has changed again. */
static void
read_again(struct jwt_keys *k)
{
	struct arena *a = arena_new();
	struct jwt_key_loan *loan = NULL;
	const char *wrong = NULL;
	struct jwk_set *set = read_file(k->path, a, &k->seen, &wrong);

	if (set == NULL)
		log_line("event=jwt_keys_kept file=%s detail=\"%s\"", k->path,
		    wrong);
	else
		loan = make_loan(set);
	if (loan != NULL) {
		drop_loan(k->now);
		k->now = loan;
		log_line("event=jwt_keys_read file=%s", k->path);
	}
	arena_free(a);
}

struct jwt_key_loan *
jwt_keys_borrow(struct jwt_keys *k)
{
	struct jwt_key_loan *loan;
	struct stat st;

	pthread_mutex_lock(&k->mutex);
	/* A file that is away for a moment is about to be replaced. */
	if (stat(k->path, &st) == 0 && has_changed(&k->seen, &st)) {
		k->seen = st;
		read_again(k);
	}
	loan = k->now;
	loan->holders++;
	pthread_mutex_unlock(&k->mutex);
	return loan;
}

const struct jwk_set *
jwt_keys_of(const struct jwt_key_loan *loan)
{
	return loan->set;
}

void
jwt_keys_return(struct jwt_keys *k, struct jwt_key_loan *loan)
{
	pthread_mutex_lock(&k->mutex);
	drop_loan(loan);
	pthread_mutex_unlock(&k->mutex);
}

/*
 * Opening.
 */

static enum err
fail(struct failure *f, const char *detail)
{
	return err_fail(f, ERR_INTERNAL, NULL, detail);
}

static bool
read_first(
    struct jwt_keys *k, const char *path, struct arena *a, const char **wrong)
{
	struct jwk_set *set = read_file(path, a, &k->seen, wrong);

	if (set == NULL)
		return false;
	*wrong = "out of memory";
	k->path = strdup(path);
	k->now = make_loan(set);
	return k->path != NULL && k->now != NULL;
}

enum err
jwt_keys_open(const struct config *config, struct arena *a,
    struct jwt_keys **out, struct failure *f)
{
	struct jwt_keys *k;
	const char *wrong;

	*out = NULL;
	if (config->jwt_keys[0] == '\0')
		return ERR_NONE;
	if (config->jwt_issuer[0] == '\0' || config->jwt_audience[0] == '\0')
		return fail(
		    f, "jwt_keys wants jwt_issuer and jwt_audience beside it");
	if ((k = calloc(1, sizeof(*k))) == NULL)
		return fail(f, "out of memory");
	pthread_mutex_init(&k->mutex, NULL);
	if (!read_first(k, config->jwt_keys, a, &wrong)) {
		jwt_keys_close(k);
		return fail(f,
		    arena_printf(
			a, "jwt_keys: %s: %s", config->jwt_keys, wrong));
	}
	*out = k;
	return ERR_NONE;
}

void
jwt_keys_close(struct jwt_keys *k)
{
	if (k == NULL)
		return;
	if (k->now != NULL)
		drop_loan(k->now);
	pthread_mutex_destroy(&k->mutex);
	free(k->path);
	free(k);
}
