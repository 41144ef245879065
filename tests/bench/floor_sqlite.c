/* SPDX-License-Identifier: MIT */
/*
 * The transaction of a PATCH straight against SQLite, one connection, one
 * durable COMMIT for so many of them: find the prompt, change it, append a
 * version and an audit row.  No HTTP, no threads, no triggers, no hashes.
 *
 *	floor_sqlite DATABASE SECONDS PER_COMMIT
 *
 * Prints the transactions per second.  The database is made when missing.
 */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define PROMPTS 10000

static sqlite3 *db;

static void
insist(int right)
{
	if (right)
		return;
	fprintf(stderr, "floor_sqlite: %s\n", sqlite3_errmsg(db));
	exit(1);
}

static void
run(const char *sql)
{
	insist(sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK);
}

static sqlite3_stmt *
prepare(const char *sql)
{
	sqlite3_stmt *st;

	insist(sqlite3_prepare_v2(db, sql, -1, &st, NULL) == SQLITE_OK);
	return st;
}

/* Run one statement to its end; all but BEGIN and COMMIT take the number of
 * a prompt, some the number of the change, too. */
static void
step(sqlite3_stmt *st, int prompt, long change)
{
	int code;

	if (sqlite3_bind_parameter_count(st) > 0)
		insist(sqlite3_bind_int(st, 1, prompt) == SQLITE_OK);
	if (sqlite3_bind_parameter_count(st) > 1)
		insist(sqlite3_bind_int64(st, 2, change) == SQLITE_OK);
	do {
		code = sqlite3_step(st);
	} while (code == SQLITE_ROW);
	insist(code == SQLITE_DONE);
	insist(sqlite3_reset(st) == SQLITE_OK);
}

static void
set_up(void)
{
	sqlite3_stmt *insert;
	int i;

	run("PRAGMA journal_mode = WAL;"
	    "PRAGMA synchronous = FULL;"
	    "PRAGMA foreign_keys = ON;"
	    "CREATE TABLE IF NOT EXISTS prompt (id INTEGER PRIMARY KEY,"
	    "    name TEXT, content TEXT, model TEXT, tags TEXT,"
	    "    version INTEGER, updated_at INTEGER) STRICT;"
	    "CREATE TABLE IF NOT EXISTS version (prompt_id INTEGER"
	    "    REFERENCES prompt (id), version INTEGER, name TEXT,"
	    "    content TEXT, model TEXT, tags TEXT, created_at INTEGER,"
	    "    PRIMARY KEY (prompt_id, version)) STRICT, WITHOUT ROWID;"
	    "CREATE TABLE IF NOT EXISTS audit (seq INTEGER PRIMARY KEY,"
	    "    at INTEGER, prompt_id INTEGER, actor TEXT, changes TEXT)"
	    "    STRICT;"
	    "CREATE INDEX IF NOT EXISTS audit_prompt"
	    "    ON audit (prompt_id, seq);"
	    "BEGIN");
	insert =
	    prepare("INSERT OR IGNORE INTO prompt VALUES (?1, 'name ' || ?1,"
		    "    printf('%.300c', 'x'), 'GPT-4', '[\"bench\"]', 1, 0)");
	for (i = 0; i < PROMPTS; i++)
		step(insert, i, 0);
	insist(sqlite3_finalize(insert) == SQLITE_OK);
	run("COMMIT");
}

static double
now_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static double
measure(double seconds, long per_commit)
{
	sqlite3_stmt *begin = prepare("BEGIN IMMEDIATE");
	sqlite3_stmt *commit = prepare("COMMIT");
	sqlite3_stmt *steps[] = {
		prepare("SELECT name, content, model, tags, version, updated_at"
			" FROM prompt WHERE id = ?1"),
		prepare("UPDATE prompt SET content ="
			"    printf('%.300c %d', 'x', ?2),"
			"    version = version + 1, updated_at = ?2"
			" WHERE id = ?1"),
		prepare(
		    "INSERT INTO version SELECT id, version, name, content,"
		    "    model, tags, updated_at FROM prompt WHERE id = ?1"),
		prepare("INSERT INTO audit (at, prompt_id, actor, changes)"
			" SELECT updated_at, id, 'bench', content"
			" FROM prompt WHERE id = ?1"),
	};
	const size_t count = sizeof(steps) / sizeof(steps[0]);
	double begin_s = now_s(), end_s;
	long done = 0;
	size_t i;

	do {
		step(begin, 0, 0);
		do {
			/* 619 and 10,000 share no divisor: all in turn. */
			for (i = 0; i < count; i++)
				step(steps[i], (int)(done * 619 % PROMPTS),
				    done);
		} while (++done % per_commit != 0);
		step(commit, 0, 0);
		end_s = now_s();
	} while (end_s - begin_s < seconds);
	for (i = 0; i < count; i++)
		insist(sqlite3_finalize(steps[i]) == SQLITE_OK);
	insist(sqlite3_finalize(begin) == SQLITE_OK);
	insist(sqlite3_finalize(commit) == SQLITE_OK);
	return (double)done / (end_s - begin_s);
}

int
main(int argc, char **argv)
{
	long per_commit = argc == 4 ? strtol(argv[3], NULL, 10) : 0;

	if (per_commit < 1) {
		fputs("usage: floor_sqlite DATABASE SECONDS PER_COMMIT\n",
		    stderr);
		return 2;
	}
	insist(sqlite3_open(argv[1], &db) == SQLITE_OK);
	set_up();
	printf("%.1f\n", measure(strtod(argv[2], NULL), per_commit));
	insist(sqlite3_close(db) == SQLITE_OK);
	return 0;
}
