/* SPDX-License-Identifier: MIT */
/*
 * stage: an installation in a scratch directory for requests that nobody
 * would send: an admin, an editor, a viewer and a member with their tokens, a
 * real database, and a copy of it as it was at first, to begin again with.
 */
#ifndef TESTS_FUZZ_STAGE_H
#define TESTS_FUZZ_STAGE_H

#include "fuzz.h"

#include "api/call.h"
#include "domain/audit.h"
#include "domain/installation.h"
#include "domain/key_use.h"
#include "domain/project.h"
#include "domain/search.h"
#include "domain/secret.h"
#include "domain/token.h"
#include "domain/user.h"

#include <dirent.h>
#include <ftw.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

/* The last one is nobody's. */
enum person { ADMIN, EDITOR, VIEWER, MEMBER, PERSON_COUNT };

static const char *const person_names[PERSON_COUNT] = {
	[ADMIN] = "admin",
	[EDITOR] = "editor",
	[VIEWER] = "viewer",
	[MEMBER] = "member",
};

struct stage {
	char top[PATH_MAX];
	char first[PATH_MAX + 8]; /* the data as they were at first */
	char data[PATH_MAX + 8];
	char tokens[PERSON_COUNT][TOKEN_SECRET_SIZE];
	char project[64], team[64]; /* of the installation */
	struct arena *arena;        /* the settings' */
	struct config config;
	struct site site;
};

static inline int
stage_remove_entry(
    const char *path, const struct stat *st, int type, struct FTW *where)
{
	(void)st;
	(void)type;
	(void)where;
	return remove(path);
}

static inline void
stage_remove(const char *path)
{
	nftw(path, stage_remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

static inline void
stage_copy_file(const char *from, const char *to)
{
	FILE *in = fopen(from, "rb"), *out = fopen(to, "wb");
	char bytes[65536];
	size_t len;

	MUST(in != NULL && out != NULL);
	while ((len = fread(bytes, 1, sizeof(bytes), in)) > 0)
		MUST(fwrite(bytes, 1, len, out) == len);
	MUST(fclose(out) == 0);
	fclose(in);
	MUST(chmod(to, 0600) == 0);
}

static inline void
stage_copy(const char *from, const char *to)
{
	char source[PATH_MAX + 300], target[PATH_MAX + 300];
	struct dirent *entry;
	struct stat st;
	DIR *dir = opendir(from);

	MUST(dir != NULL && mkdir(to, 0700) == 0);
	while ((entry = readdir(dir)) != NULL) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(
		    source, sizeof(source), "%.4000s/%s", from, entry->d_name);
		snprintf(
		    target, sizeof(target), "%.4000s/%s", to, entry->d_name);
		MUST(stat(source, &st) == 0);
		if (S_ISDIR(st.st_mode))
			stage_copy(source, target);
		else
			stage_copy_file(source, target);
	}
	closedir(dir);
}

static inline enum err
stage_add_people(struct txn *t, void *stage)
{
	struct stage *s = stage;
	struct user_new new = { .password_hash = NULL };
	struct token_new token = { .kind = TOKEN_SESSION };
	struct tenancy home;
	struct user made;
	enum err err;
	size_t i;

	if ((err = project_ensure_installation(t, &home)) != ERR_NONE)
		return err;
	snprintf(s->project, sizeof(s->project), "%s", home.project_id);
	snprintf(s->team, sizeof(s->team), "%s", home.team_id);
	for (i = 0; i < PERSON_COUNT; i++) {
		new.name = new.role = person_names[i];
		new.email = arena_printf(
		    txn_arena(t), "%s@example.org", person_names[i]);
		new.is_admin = i == ADMIN;
		if ((err = user_create(t, &new, &made)) != ERR_NONE)
			return err;
		err = i == MEMBER ? project_create_home(t, made.id)
				  : project_add_member(t, home.team_id, made.id,
					team_role_from_name(person_names[i]));
		if (err != ERR_NONE)
			return err;
		token.user_id = made.id;
		token.name = person_names[i];
		token.expires_at = txn_now(t) + INT64_C(86400000) * 365;
		token.operation = TOKEN_ADMIN;
		if ((err = token_create(t, &token, s->tokens[i])) != ERR_NONE)
			return err;
	}
	return ERR_NONE;
}

/* Run fn as the operator. */
static inline enum err
stage_run(struct stage *s, enum txn_mode mode, txn_fn *fn, void *arg)
{
	struct arena *a = arena_new();
	struct failure f = { 0 };
	struct txn_call call;
	enum err err;

	txn_call_init(&call, a, &f);
	call.actor = (struct txn_actor){
		.id = "operator",
		.kind = "operator",
		.request_id = "stage",
		.family = "cli",
	};
	err = txn_run(s->site.store, mode, fn, arg, &call);
	arena_free(a);
	return err;
}

static inline void
stage_open(struct stage *s)
{
	struct failure f = { 0 };
	enum err err = installation_open(&s->config, false, &s->site.store, &f);

	if (err != ERR_NONE)
		fprintf(stderr, "%s: %s\n", s->data, f.detail);
	MUST(err == ERR_NONE);
	MUST(secret_load(s->data, "link", s->site.link_key, &f) == ERR_NONE);
}

/* Make it all; called once. */
static inline void
stage_make(struct stage *s)
{
	const char *tmp = getenv("TMPDIR");
	struct failure f = { 0 };
	size_t i;

	snprintf(s->top, sizeof(s->top), "%.1000s/promptledger-fuzz-XXXXXX",
	    tmp == NULL ? "/tmp" : tmp);
	MUST(mkdtemp(s->top) != NULL);
	snprintf(s->first, sizeof(s->first), "%.4000s/first", s->top);
	snprintf(s->data, sizeof(s->data), "%.4000s/data", s->top);
	s->arena = arena_new();
	MUST(config_load(&s->config, s->data, s->arena, &f) == ERR_NONE);
	s->config.log = "off";
	s->config.synchronous = "normal";
	s->config.cors_origins = "https://app.example.org";
	s->config.body_max_bytes = 4096;
	s->config.audio_max_bytes = 4096;
	s->site.config = &s->config;
	s->site.uses = key_uses_new();
	MUST(s->site.uses != NULL);
	stage_open(s);
	for (i = 0; i < PERSON_COUNT; i++)
		token_draw(TOKEN_SESSION, s->tokens[i]);
	MUST(stage_run(s, TXN_WRITE, stage_add_people, s) == ERR_NONE);
	store_close(s->site.store);
	stage_copy(s->data, s->first);
	stage_open(s);
}

static inline enum err
stage_verify(struct txn *t, void *report)
{
	return audit_verify(t, NULL, report);
}

/* What nobody waits for in a server, done at once. */
static inline void
stage_catch_up(struct stage *s)
{
	int64_t pause_ms = 0;

	while (pause_ms == 0)
		MUST(search_catch_up(s->site.store, &pause_ms) == ERR_NONE);
	MUST(key_uses_write(s->site.uses, s->site.store) == ERR_NONE);
}

/* See that the chain holds, and begin again with the first data. */
static inline void
stage_restore(struct stage *s)
{
	struct audit_report report = { 0 };

	MUST(stage_run(s, TXN_READ, stage_verify, &report) == ERR_NONE);
	MUST(report.broken_seq == 0);
	store_close(s->site.store);
	stage_remove(s->data);
	stage_copy(s->first, s->data);
	stage_open(s);
}

static inline void
stage_free(struct stage *s)
{
	store_close(s->site.store);
	key_uses_free(s->site.uses);
	arena_free(s->arena);
	stage_remove(s->top);
}

#endif
