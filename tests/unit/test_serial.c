/* SPDX-License-Identifier: MIT */
/*
 * Group commit has the effect of single transactions one after the other.
 *
 * Processes with threads, 32 in all, change few prompts at random: with a
 * condition (the revision that was read before), without, and with a failure
 * after the change.  Then a model replays the audit log and must end where the
 * database is, in an order in which nothing that had been answered comes after
 * something that began later.
 */
#include "domain/prompt.h"
#include "base/text.h"
#include "scratch.h"

#include <sqlite3.h>
#include <stdatomic.h>
#include <sys/mman.h>

#define PROCESSES 4
#define THREADS 8
#define OPERATIONS 40
#define PROMPTS 3
#define WRITERS (PROCESSES * THREADS)
#define DONE_MAX (WRITERS * OPERATIONS)

enum manner { CONDITIONAL, UNCONDITIONAL, FAILING };

/* One change that was answered. */
struct done {
	char name[32]; /* that the prompt got, unlike any other */
	char prompt_id[TEXT_UUID_SIZE];
	enum manner manner;
	int64_t read_revision; /* CONDITIONAL: the one that was asked for */
	int64_t revision;      /* after the change */
	int64_t version;
	int64_t begun_us, answered_us;
};

/* Between the processes. */
struct shared {
	_Atomic size_t count;
	_Atomic size_t stale, failed;
	struct done done[DONE_MAX];
};

static struct shared *shared;
static char prompt_ids[PROMPTS][TEXT_UUID_SIZE];

struct operation {
	struct done done;
	struct prompt found;
};

static enum err
read_prompt(struct txn *t, void *operation)
{
	struct operation *o = operation;

	return prompt_find(t, o->done.prompt_id, &o->found);
}

static enum err
change_prompt(struct txn *t, void *operation)
{
	struct operation *o = operation;
	struct prompt_patch patch = {
		.name = { .given = GIVEN_VALUE, .text = o->done.name },
	};
	struct prompt old, new;
	enum err err;

	if ((err = prompt_find(t, o->done.prompt_id, &old)) != ERR_NONE)
		return err;
	if (o->done.manner == CONDITIONAL &&
	    old.revision != o->done.read_revision)
		return txn_fail(t, ERR_STALE, NULL, NULL);
	err = prompt_update(t, &old, &patch, "ada", &new);
	if (err == ERR_NONE && o->done.manner == FAILING)
		err = txn_fail(t, ERR_IN_USE, NULL, NULL);
	o->done.revision = new.revision;
	o->done.version = new.version;
	return err;
}

static enum err
run(struct scratch *s, enum txn_mode mode, txn_fn *fn, struct operation *o,
    struct arena *a)
{
	struct failure f;
	struct txn_call call;

	txn_call_init(&call, a, &f);
	call.actor = scratch_actor("ada");
	return txn_run(s->store, mode, fn, o, &call);
}

static void
operate(struct scratch *s, const char *name, struct arena *a, unsigned *seed)
{
	struct operation o = { .done.manner = (enum manner)(rand_r(seed) % 3) };
	enum err err;

	snprintf(o.done.name, sizeof(o.done.name), "%s", name);
	memcpy(o.done.prompt_id, prompt_ids[rand_r(seed) % PROMPTS],
	    TEXT_UUID_SIZE);
	err = run(s, TXN_READ, read_prompt, &o, a);
	o.done.read_revision = o.found.revision;
	o.done.begun_us = clock_steady_us();
	if (err == ERR_NONE)
		err = run(s, TXN_WRITE, change_prompt, &o, a);
	o.done.answered_us = clock_steady_us();
	if (err == ERR_NONE)
		shared->done[atomic_fetch_add(&shared->count, 1)] = o.done;
	else if (err == ERR_STALE && o.done.manner == CONDITIONAL)
		atomic_fetch_add(&shared->stale, 1);
	else if (err == ERR_IN_USE && o.done.manner == FAILING)
		atomic_fetch_add(&shared->failed, 1);
	else
		abort(); /* nothing else may happen */
}

struct thread {
	struct scratch *scratch;
	pthread_t id;
	int number;
	unsigned seed;
};

static void *
run_thread(void *thread)
{
	struct thread *t = thread;
	struct arena *a = arena_new();
	char name[32];
	int i;

	for (i = 0; i < OPERATIONS; i++) {
		snprintf(
		    name, sizeof(name), "writer %d change %d", t->number, i);
		operate(t->scratch, name, a, &t->seed);
		arena_reset(a);
	}
	arena_free(a);
	return NULL;
}

/* A process of its own: the store is opened after the fork. */
static void
run_process(struct scratch *s, int number, unsigned seed)
{
	struct thread threads[THREADS];
	int i;

	scratch_open(s);
	for (i = 0; i < THREADS; i++) {
		threads[i] = (struct thread){
			.scratch = s,
			.number = number * THREADS + i,
			.seed = seed + (unsigned)(number * THREADS + i),
		};
		if (pthread_create(
			&threads[i].id, NULL, run_thread, &threads[i]) != 0)
			abort();
	}
	for (i = 0; i < THREADS; i++)
		pthread_join(threads[i].id, NULL);
	scratch_close(s);
	_exit(0);
}

static enum err
create_prompts(struct txn *t, void *arg)
{
	struct prompt first = {
		.kind = "text",
		.project_id = "p",
		.owner_id = "ada",
		.name = "as created",
		.content = "",
		.tags = "[]",
		.categories = "[]",
		.description = "",
		.status = "active",
		.version = 1,
	};
	struct prompt made;
	enum err err;
	int i;

	(void)arg;
	for (i = 0; i < PROMPTS; i++) {
		if ((err = prompt_create(t, &first, &made)) != ERR_NONE)
			return err;
		memcpy(prompt_ids[i], made.id, TEXT_UUID_SIZE);
	}
	return ERR_NONE;
}

static void
make_prompts(struct scratch *s)
{
	struct operation none;

	scratch_open(s);
	scratch_write(s,
	    "INSERT INTO user (id, email, email_key, name, role, created_at)"
	    "VALUES ('ada', 'a', 'a', 'Ada', 'member', 0);"
	    "INSERT INTO organisation (id, name, created_at)"
	    "VALUES ('o', 'o', 0);"
	    "INSERT INTO team (id, organisation_id, name, created_at)"
	    "VALUES ('t', 'o', 't', 0);"
	    "INSERT INTO project (id, team_id, name, slug, created_at)"
	    "VALUES ('p', 't', 'p', 'p', 0)");
	assert_int_equal(
	    run(s, TXN_WRITE, create_prompts, &none, s->arena), ERR_NONE);
	scratch_close(s);
}

/*
 * The model.
 */

struct model {
	char name[32];
	int64_t version, revision;
};

static const struct done *
find_done(const char *name)
{
	size_t i;

	for (i = 0; i < shared->count; i++) {
		if (strcmp(shared->done[i].name, name) == 0)
			return &shared->done[i];
	}
	return NULL;
}

static struct model *
find_model(struct model *models, const char *prompt_id)
{
	int i;

	for (i = 0; i < PROMPTS; i++) {
		if (strcmp(prompt_ids[i], prompt_id) == 0)
			return &models[i];
	}
	fail_msg("an audit row of another prompt");
	return NULL;
}

/* One row of the log: what it says of before must be what the model has. */
static void
replay(struct model *models, sqlite3_stmt *row, int64_t *last_begun_us)
{
	const char *id = (const char *)sqlite3_column_text(row, 0);
	const char *old = (const char *)sqlite3_column_text(row, 1);
	const char *new = (const char *)sqlite3_column_text(row, 2);
	struct model *m = find_model(models, id);
	const struct done *d = find_done(new);

	if (d == NULL)
		fail_msg("%s was recorded and not answered", new);
	assert_string_equal(d->prompt_id, id);
	assert_string_equal(m->name, old);
	assert_int_equal(m->version, sqlite3_column_int64(row, 3));
	if (d->manner == CONDITIONAL)
		assert_int_equal(m->revision, d->read_revision);
	m->revision++;
	m->version = sqlite3_column_int64(row, 4);
	snprintf(m->name, sizeof(m->name), "%s", new);
	assert_int_equal(m->revision, d->revision);
	assert_int_equal(m->version, d->version);
	/* Whoever began after an answer comes after what was answered. */
	assert_true(d->answered_us >= *last_begun_us);
	if (d->begun_us > *last_begun_us)
		*last_begun_us = d->begun_us;
}

static sqlite3_stmt *
prepare(sqlite3 *db, const char *sql)
{
	sqlite3_stmt *st;

	assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &st, NULL), SQLITE_OK);
	return st;
}

static size_t
replay_all(sqlite3 *db, struct model *models)
{
	sqlite3_stmt *row = prepare(db,
	    "SELECT entity_id, changes ->> '$.name.old',"
	    " changes ->> '$.name.new', changes ->> '$.version.old',"
	    " changes ->> '$.version.new' FROM audit_log"
	    " WHERE entity = 'prompt' AND action = 'UPDATE' ORDER BY seq");
	int64_t last_begun_us = 0;
	size_t count = 0;

	while (sqlite3_step(row) == SQLITE_ROW) {
		replay(models, row, &last_begun_us);
		count++;
	}
	sqlite3_finalize(row);
	return count;
}

static void
compare(sqlite3 *db, struct model *models)
{
	sqlite3_stmt *row = prepare(db,
	    "SELECT id, name, version, revision,"
	    " (SELECT count(*) FROM prompt_version WHERE prompt_id = prompt.id)"
	    " FROM prompt");
	const struct model *m;
	int count = 0;

	while (sqlite3_step(row) == SQLITE_ROW) {
		m = find_model(
		    models, (const char *)sqlite3_column_text(row, 0));
		assert_string_equal(
		    m->name, (const char *)sqlite3_column_text(row, 1));
		assert_int_equal(m->version, sqlite3_column_int64(row, 2));
		assert_int_equal(m->revision, sqlite3_column_int64(row, 3));
		assert_int_equal(m->version, sqlite3_column_int64(row, 4));
		count++;
	}
	assert_int_equal(count, PROMPTS);
	sqlite3_finalize(row);
}

static void
groups_equal_some_serial_order(void **state)
{
	const char *given = getenv("PROMPTLEDGER_SEED");
	unsigned seed = given == NULL ? (unsigned)clock_now_us()
				      : (unsigned)strtoul(given, NULL, 10);
	struct scratch *s = *state;
	struct model models[PROMPTS];
	pid_t pids[PROCESSES];
	char path[PATH_MAX + 64];
	sqlite3 *db;
	int i, status;

	print_message("PROMPTLEDGER_SEED=%u\n", seed);
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_true(shared != MAP_FAILED);
	make_prompts(s);
	for (i = 0; i < PROCESSES; i++) {
		if ((pids[i] = fork()) == 0)
			run_process(s, i, seed);
		assert_true(pids[i] > 0);
	}
	for (i = 0; i < PROCESSES; i++) {
		assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
		assert_int_equal(status, 0);
	}
	assert_int_equal(
	    shared->count + shared->stale + shared->failed, DONE_MAX);
	assert_true(shared->stale > 0 && shared->failed > 0);
	for (i = 0; i < PROMPTS; i++)
		models[i] = (struct model){ "as created", 1, 1 };
	snprintf(path, sizeof(path), "%s/promptledger.db", s->dir);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(replay_all(db, models), shared->count);
	compare(db, models);
	sqlite3_close(db);
	munmap(shared, sizeof(*shared));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(groups_equal_some_serial_order,
		    scratch_setup_dir, scratch_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
