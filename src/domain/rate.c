/* SPDX-License-Identifier: MIT */
#include "domain/rate.h"

#include <fcntl.h>
#include <limits.h>
#include <sodium.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* 8,192 tokens busy within one minute, in 128 KiB. */
#define SLOTS 8192
#define PROBES 16
#define MINUTE_US (INT64_C(60) * 1000 * 1000)

/* Zeros are an idle slot, so a new file needs no content. */
struct slot {
	_Atomic uint64_t tag;    /* hash of the token that has it */
	_Atomic int64_t full_us; /* when the token's stock is full again */
};

struct rate_table {
	struct slot *slots;
};

enum err
rate_open(const char *dir, struct rate_table **out, struct failure *f)
{
	size_t size = SLOTS * sizeof(struct slot);
	struct rate_table *table;
	char path[PATH_MAX];
	void *map = MAP_FAILED;
	struct stat st;
	int fd;

	if (snprintf(path, sizeof(path), "%s/rates", dir) >= (int)sizeof(path))
		return err_fail(f, ERR_IO, NULL, "the name is too long");
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd == -1)
		return err_fail(f, ERR_IO, NULL, "cannot open the rates");
	/* Space is reserved: a page without any would be a SIGBUS. */
	if (fstat(fd, &st) == 0 &&
	    (st.st_size >= (off_t)size ||
		posix_fallocate(fd, 0, (off_t)size) == 0))
		map =
		    mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	if (map == MAP_FAILED)
		return err_fail(f, ERR_IO, NULL, "cannot map the rates");
	table = malloc(sizeof(*table));
	if (table == NULL) {
		munmap(map, size);
		return err_fail(f, ERR_INTERNAL, NULL, "out of memory");
	}
	table->slots = map;
	*out = table;
	return ERR_NONE;
}

void
rate_close(struct rate_table *table)
{
	if (table == NULL)
		return;
	munmap(table->slots, SLOTS * sizeof(struct slot));
	free(table);
}

/* Is a time at which a stock is full again ahead of us?  One beyond a minute
 * is a clock that was set back, or somebody else's file. */
static bool
is_ahead(int64_t full_us, int64_t now_us)
{
	return full_us > now_us && full_us <= now_us + MINUTE_US;
}

static uint64_t
make_tag(const char *token)
{
	unsigned char hash[crypto_hash_sha256_BYTES];
	uint64_t tag;

	crypto_hash_sha256(hash, (const unsigned char *)token, strlen(token));
	memcpy(&tag, hash, sizeof(tag));
	return tag;
}

/* The slot that tag has, or an idle one, which becomes its own.  Two
 * processes that claim one slot at the same moment, or take it from a token
 * that comes back just then, give a token at most one fresh minute. */
static struct slot *
find_slot(struct rate_table *table, uint64_t tag, int64_t now_us)
{
	struct slot *s, *idle = NULL;
	uint64_t old;
	unsigned i;

	for (i = 0; i < PROBES; i++) {
		s = &table->slots[(tag + i) % SLOTS];
		if (atomic_load(&s->tag) == tag)
			return s;
		if (idle == NULL && !is_ahead(atomic_load(&s->full_us), now_us))
			idle = s;
	}
	if (idle == NULL)
		return NULL;
	old = atomic_load(&idle->tag);
	if (!atomic_compare_exchange_strong(&idle->tag, &old, tag) &&
	    old != tag)
		return NULL;
	return idle;
}

static int64_t
up_to_seconds(int64_t us)
{
	return (us + 999999) / 1000000;
}

bool
rate_take(struct rate_table *table, const char *token, int64_t per_minute,
    int64_t now_ms, struct rate *out)
{
	int64_t now_us = now_ms * 1000, step_us = MINUTE_US / per_minute;
	int64_t old, from, next = now_us + step_us;
	struct slot *s = find_slot(table, make_tag(token), now_us);

	*out = (struct rate){ .limit = per_minute };
	if (s != NULL) {
		old = atomic_load(&s->full_us);
		do {
			from = is_ahead(old, now_us) ? old : now_us;
			next = from + step_us;
			if (next > now_us + MINUTE_US) {
				out->reset_s = up_to_seconds(from - now_us);
				out->wait_s =
				    up_to_seconds(next - now_us - MINUTE_US);
				return false;
			}
		} while (
		    !atomic_compare_exchange_weak(&s->full_us, &old, next));
	}
	out->remaining = (now_us + MINUTE_US - next) / step_us;
	out->reset_s = up_to_seconds(next - now_us);
	return true;
}
