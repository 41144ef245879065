/* SPDX-License-Identifier: MIT */
#include "store/store_private.h"

#include "base/clock.h"
#include "base/log.h"
#include "store/schema.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <sys/stat.h>
#include <unistd.h>

/* 0: there is none. */
static ino_t
file_inode(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 ? st.st_ino : 0;
}

enum err
store_make_dir(const char *dir, struct failure *f)
{
	char *path = strdup(dir), *slash;
	enum err err = ERR_NONE;
	struct stat st;

	if (path == NULL)
		return err_fail(f, ERR_INTERNAL, NULL, "out of memory");
	for (slash = strchr(path + 1, '/'); slash != NULL;
	     slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (mkdir(path, 0755) != 0 && errno != EEXIST)
			break;
		*slash = '/';
	}
	if ((mkdir(dir, 0700) != 0 && errno != EEXIST) || stat(dir, &st) != 0 ||
	    !S_ISDIR(st.st_mode)) {
		log_line("event=data_dir_failed dir=%s errno=%d", dir, errno);
		err = err_fail(
		    f, ERR_IO, NULL, "the data directory cannot be made");
	}
	free(path);
	return err;
}

char *
store_join(const char *dir, const char *name)
{
	size_t size = strlen(dir) + strlen(name) + 2;
	char *path = malloc(size);

	if (path != NULL)
		snprintf(path, size, "%s/%s", dir, name);
	return path;
}

bool
store_exists(const char *dir)
{
	char *path = store_join(dir, STORE_DATABASE_NAME);
	bool exists = path != NULL && access(path, F_OK) == 0;

	free(path);
	return exists;
}

/* Is another database where ours was, with our WAL still beside it?  SQLite
 * would read that WAL into it. */
static bool
wal_is_stray(const struct store *s)
{
	char wal[PATH_MAX];

	snprintf(wal, sizeof(wal), "%s-wal", s->path);
	return s->wal != 0 && file_inode(wal) == s->wal &&
	    file_inode(s->path) != s->database;
}

/* Nobody opens or closes meanwhile.  The WAL is kept: whoever has the old
 * database still may put both together again.  Transactions that are under
 * way in other processes end in it, as they began. */
static enum err
put_wal_aside(struct store *s, struct failure *f)
{
	char wal[PATH_MAX], shm[PATH_MAX], aside[PATH_MAX];

	snprintf(wal, sizeof(wal), "%s-wal", s->path);
	snprintf(shm, sizeof(shm), "%s-shm", s->path);
	snprintf(aside, sizeof(aside), "%s.replaced-%" PRId64 "-wal", s->path,
	    clock_now_ms());
	log_line("event=database_replaced path=%s wal=%s", s->path, aside);
	if ((unlink(shm) != 0 && errno != ENOENT) || rename(wal, aside) != 0) {
		log_line("event=wal_aside_failed errno=%d", errno);
		return err_fail(
		    f, ERR_IO, NULL, "another database has the old one's WAL");
	}
	return ERR_NONE;
}

/* Open behind the door, in the way that fits what is there. */
static enum err
open_at_door(struct store *s, const struct connection_options *options,
    struct connection **out, struct failure *f)
{
	enum lock_door how = wal_is_stray(s) ? LOCK_DOOR_SHUT : LOCK_DOOR_USED;
	enum err err;

	err = lock_door_take(&s->lock, how, s->options.lock_ms, f);
	if (err != ERR_NONE)
		return err;
	if (wal_is_stray(s)) /* another process may have been faster */
		err = how == LOCK_DOOR_SHUT
		    ? put_wal_aside(s, f)
		    : err_fail(f, ERR_BUSY, NULL, "replaced just now");
	if (err == ERR_NONE)
		err = connection_open(options, out, f);
	if (err == ERR_NONE) {
		s->database = file_inode(s->path);
		s->wal = (*out)->wal;
	}
	lock_door_release(&s->lock);
	return err;
}

/* Connections are opened and closed at the door (lock.h). */
static enum err
open_connection(struct store *s, const struct connection_options *options,
    struct connection **out, struct failure *f)
{
	enum err err;

	pthread_mutex_lock(&s->door);
	err = open_at_door(s, options, out, f);
	pthread_mutex_unlock(&s->door);
	return err;
}

static void
close_connection(struct store *s, struct connection *c)
{
	struct failure ignored;
	bool at_door;

	if (c == NULL)
		return;
	pthread_mutex_lock(&s->door);
	at_door = lock_door_take(&s->lock, LOCK_DOOR_USED, s->options.lock_ms,
		      &ignored) == ERR_NONE;
	connection_close(c);
	if (at_door)
		lock_door_release(&s->lock);
	pthread_mutex_unlock(&s->door);
}

static struct connection_options
how_to_open(const struct store *s, enum connection_mode mode)
{
	return (struct connection_options){
		.path = s->path,
		.mode = mode,
		.synchronous_full = s->options.synchronous_full,
		.keep_wal = s->options.is_brief,
		.must_exist = s->is_made,
	};
}

/* A brief store is about to read, as a rule, and finds a database that is up
 * to date: it need not wait for the writers to see that. */
static enum err
look_briefly(struct store *s, bool *is_current, struct failure *f)
{
	struct reader *r;
	enum err err;

	*is_current = false;
	if (!s->options.is_brief || access(s->path, F_OK) != 0)
		return ERR_NONE;
	if ((err = store_borrow(s, &r, f)) != ERR_NONE)
		return err;
	err = schema_is_current(r->connection, is_current, f);
	store_return(s, r);
	return err;
}

/* The schema is brought up to date under the writers' lock, so that two
 * processes that start at once do it one after the other. */
static enum err
upgrade(struct store *s, bool *fresh, struct failure *f)
{
	struct connection *writer;
	enum err err;

	if ((err = look_briefly(s, &s->is_made, f)) != ERR_NONE || s->is_made) {
		*fresh = false;
		return err;
	}
	if ((err = lock_take(&s->lock, s->options.lock_ms, f)) != ERR_NONE)
		return err;
	*fresh = access(s->path, F_OK) != 0;
	err = store_writer(s, &writer, f);
	s->is_made = err == ERR_NONE;
	lock_release(&s->lock);
	return err;
}

/* SQLite counts its allocations under one mutex, on which all readers meet;
 * nobody asks for the counts.  Once SQLite is in use this is refused, which
 * does no harm. */
static void
set_up_sqlite(void)
{
	sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

enum err
store_open(const struct store_options *options, struct store **out, bool *fresh,
    struct failure *f)
{
	struct store *s = calloc(1, sizeof(*s));
	char *lock_path = NULL;
	pthread_condattr_t steady;
	enum err err;

	if (s == NULL)
		return err_fail(f, ERR_INTERNAL, NULL, "out of memory");
	set_up_sqlite();
	pthread_mutex_init(&s->mutex, NULL);
	pthread_cond_init(&s->committer_wake, NULL);
	pthread_condattr_init(&steady);
	pthread_condattr_setclock(&steady, CLOCK_MONOTONIC);
	pthread_cond_init(&s->arrival, &steady);
	pthread_cond_init(&s->reader_back, &steady);
	pthread_condattr_destroy(&steady);
	pthread_mutex_init(&s->door, NULL);
	s->options = *options;
	s->options.audit_key = NULL; /* the caller's memory */
	if (options->audit_key != NULL) {
		s->signer.has_key = true;
		memcpy(s->signer.key, options->audit_key, SEAL_KEY_BYTES);
	}
	s->lock.fd = -1;
	s->dir = strdup(options->dir);
	s->path = store_join(options->dir, STORE_DATABASE_NAME);
	lock_path = store_join(options->dir, STORE_LOCK_NAME);
	if (s->dir == NULL || s->path == NULL || lock_path == NULL) {
		err = err_fail(f, ERR_INTERNAL, NULL, "out of memory");
		goto done;
	}
	if ((err = store_make_dir(s->dir, f)) != ERR_NONE)
		goto done;
	/* -wal and -shm take the database's mode; nothing here is for other
	 * users of the machine. */
	umask(0077);
	if ((err = lock_open(&s->lock, lock_path, f)) != ERR_NONE)
		goto done;
	err = upgrade(s, fresh, f);
done:
	free(lock_path);
	if (err != ERR_NONE)
		store_close(s);
	else
		*out = s;
	return err;
}

/* It leads only while something is queued, so it is idle now. */
static void
stop_committer(struct store *s)
{
	if (!s->has_committer)
		return;
	pthread_mutex_lock(&s->mutex);
	s->stops_committer = true;
	pthread_cond_signal(&s->committer_wake);
	pthread_mutex_unlock(&s->mutex);
	pthread_join(s->committer, NULL);
}

void
store_close(struct store *s)
{
	struct reader *r, *next;

	if (s == NULL)
		return;
	stop_committer(s);
	for (r = s->idle_readers; r != NULL; r = next) {
		next = r->next;
		close_connection(s, r->connection);
		free(r);
	}
	close_connection(s, s->writer);
	lock_close(&s->lock);
	pthread_cond_destroy(&s->committer_wake);
	pthread_cond_destroy(&s->arrival);
	pthread_cond_destroy(&s->reader_back);
	pthread_mutex_destroy(&s->door);
	pthread_mutex_destroy(&s->mutex);
	sodium_memzero(&s->signer, sizeof(s->signer));
	free(s->path);
	free(s->dir);
	free(s);
}

bool
store_is_lost(struct store *s)
{
	bool is_lost;

	pthread_mutex_lock(&s->mutex);
	is_lost = s->is_lost;
	pthread_mutex_unlock(&s->mutex);
	return is_lost;
}

void
store_observe(struct store *s, const struct store_observer *o)
{
	s->observer = *o;
}

void
store_measure(
    const struct store *s, int64_t *database_bytes, int64_t *wal_bytes)
{
	char *wal = store_join(s->dir, STORE_DATABASE_NAME "-wal");
	struct stat st;

	*database_bytes = stat(s->path, &st) == 0 ? st.st_size : 0;
	*wal_bytes = wal != NULL && stat(wal, &st) == 0 ? st.st_size : 0;
	free(wal);
}

struct store_engine
store_engine(void)
{
	return (struct store_engine){
		.version = sqlite3_libversion(),
		.has_threads = sqlite3_threadsafe() != 0,
		.has_search = sqlite3_compileoption_used("ENABLE_FTS5") != 0,
		/* FTS5's trigrams came with 3.34. */
		.is_known = sqlite3_libversion_number() >= 3034000,
	};
}

bool
store_take_upkeep(struct store *s)
{
	bool asked;

	pthread_mutex_lock(&s->mutex);
	asked = s->upkeep_asked;
	s->upkeep_asked = false;
	pthread_mutex_unlock(&s->mutex);
	return asked;
}

/* Reads its own writes, which it may, for they are committed. */
static enum err
borrow_only(struct store *s, struct reader **out, struct failure *f)
{
	struct connection_options options = how_to_open(s, CONNECTION_READ);
	enum err err;

	if (s->writer == NULL &&
	    (err = open_connection(s, &options, &s->writer, f)) != ERR_NONE)
		return err;
	s->only.connection = s->writer;
	*out = &s->only;
	return ERR_NONE;
}

/*
 * Readers that stay open.  A read takes a fraction of a request's time, so
 * that a thread which finds all of them lent waits for a moment before another
 * is opened: that one is needed where others read for long (exports).  With a
 * reader for each of 16 threads a process held 22 MiB after GETs at 64
 * connections, with eight 12; six hold another 3 less and are as fast.
 *
 * To open one takes 3 ms of processor time.  Reads that wait for the disk are
 * as long, so what was opened for them stays a while: when it did not, a
 * process did little but open and close (500 histories a second out of a
 * database of 10 GB instead of 4,000).
 */
#define READERS_USUAL 6
#define READER_WAIT_US 50000
#define READER_STAY_US 10000000

/* How long a reader that was looked at is taken for the right one: shorter
 * than any program that exchanges the database needs to say that it has. */
#define LOOK_US 5000

static struct reader *
pop_reader(struct store *s)
{
	struct reader *r = s->idle_readers;

	if (r != NULL)
		s->idle_readers = r->next;
	return r;
}

static struct reader *
wait_for_reader(struct store *s)
{
	const struct timespec until =
	    clock_timespec(clock_steady_us() + READER_WAIT_US);
	struct reader *r;
	int failed = 0;

	s->reader_waiters++;
	while ((r = pop_reader(s)) == NULL && failed == 0)
		failed =
		    pthread_cond_timedwait(&s->reader_back, &s->mutex, &until);
	s->reader_waiters--;
	return r;
}

/* One that is idle; NULL when another is to be opened, which counts from
 * now on. */
static struct reader *
take_reader(struct store *s)
{
	struct reader *r;

	pthread_mutex_lock(&s->mutex);
	r = pop_reader(s);
	if (r == NULL && s->readers >= READERS_USUAL)
		r = wait_for_reader(s);
	if (r == NULL)
		s->readers++;
	if (++s->readers_lent > READERS_USUAL)
		s->crowded_us = clock_steady_us();
	pthread_mutex_unlock(&s->mutex);
	return r;
}

static void
close_reader(struct store *s, struct reader *r)
{
	close_connection(s, r->connection);
	free(r);
}

/* The one that take_reader() counted could not be opened. */
static void
give_up_reader(struct store *s, struct reader *r)
{
	if (r != NULL)
		close_reader(s, r);
	pthread_mutex_lock(&s->mutex);
	s->readers--;
	s->readers_lent--;
	pthread_mutex_unlock(&s->mutex);
}

/* Is it still the database of this name?  Looked at anew unless that was a
 * moment ago: it takes a twentieth of a GET's time. */
static bool
is_current(struct reader *r)
{
	const int64_t now_us = clock_steady_us();

	if (r->connection == NULL)
		return false;
	if (now_us - r->looked_us < LOOK_US)
		return true;
	r->looked_us = now_us;
	return !connection_has_moved(r->connection);
}

/* NULL connection, or one to a database that is no longer there: open it. */
static enum err
open_reader(struct store *s, struct reader *r, struct failure *f)
{
	struct connection_options options = how_to_open(s, CONNECTION_READ);

	if (is_current(r))
		return ERR_NONE;
	close_connection(s, r->connection);
	r->connection = NULL;
	return open_connection(s, &options, &r->connection, f);
}

enum err
store_borrow(struct store *s, struct reader **out, struct failure *f)
{
	struct reader *r;
	enum err err;

	if (s->options.is_brief)
		return borrow_only(s, out, f);
	r = take_reader(s);
	if (r == NULL)
		r = calloc(1, sizeof(*r));
	if (r == NULL)
		err = err_fail(f, ERR_INTERNAL, NULL, "out of memory");
	else
		err = open_reader(s, r, f);
	if (err != ERR_NONE)
		give_up_reader(s, r);
	else
		*out = r;
	return err;
}

void
store_return(struct store *s, struct reader *r)
{
	bool stays;

	if (r == &s->only)
		return;
	pthread_mutex_lock(&s->mutex);
	s->readers_lent--;
	stays = s->readers <= READERS_USUAL ||
	    clock_steady_us() - s->crowded_us < READER_STAY_US;
	if (stays) {
		r->next = s->idle_readers;
		s->idle_readers = r;
		if (s->reader_waiters > 0)
			pthread_cond_signal(&s->reader_back);
	} else {
		s->readers--;
	}
	pthread_mutex_unlock(&s->mutex);
	if (!stays)
		close_reader(s, r);
}

/* What only the lost WAL holds goes into the database as long as we know it;
 * nothing more is written. */
static enum err
give_up(struct store *s, struct failure *f)
{
	log_line("event=wal_lost path=%s", s->path);
	connection_exec(s->writer, "PRAGMA wal_checkpoint(FULL)", f);
	pthread_mutex_lock(&s->mutex);
	s->is_lost = true;
	pthread_mutex_unlock(&s->mutex);
	return err_fail(f, ERR_IO, NULL, "the WAL was taken away");
}

/* A connection that may write, on a database that is up to date. */
static enum err
open_writer(struct store *s, struct connection **out, struct failure *f)
{
	struct connection_options options = how_to_open(s, CONNECTION_WRITE);
	struct connection *c;
	enum err err = open_connection(s, &options, &c, f);

	if (err != ERR_NONE)
		return err;
	if ((err = schema_upgrade(c, f)) != ERR_NONE) {
		close_connection(s, c);
		return err;
	}
	connection_busy(c, s->options.lock_ms);
	*out = c;
	return ERR_NONE;
}

/* The same from the connection on which a brief store has read. */
static enum err
become_writer(struct store *s, struct connection *c, struct failure *f)
{
	struct connection_options options = how_to_open(s, CONNECTION_WRITE);
	enum err err;

	if ((err = connection_begin_writing(c, &options, f)) != ERR_NONE ||
	    (err = schema_upgrade(c, f)) != ERR_NONE)
		return err;
	connection_busy(c, s->options.lock_ms);
	return ERR_NONE;
}

enum err
store_writer(struct store *s, struct connection **out, struct failure *f)
{
	enum err err = ERR_NONE;

	if (s->writer != NULL && connection_has_moved(s->writer)) {
		log_line("event=database_replaced path=%s", s->path);
		close_connection(s, s->writer);
		s->writer = NULL;
	}
	if (s->writer != NULL && connection_has_lost_wal(s->writer))
		return give_up(s, f);
	if (s->writer == NULL)
		err = open_writer(s, &s->writer, f);
	else if (s->writer->mode == CONNECTION_READ)
		err = become_writer(s, s->writer, f);
	if (err == ERR_NONE)
		*out = s->writer;
	return err;
}
