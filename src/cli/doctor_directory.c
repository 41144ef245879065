/* SPDX-License-Identifier: MIT */
/*
 * What may be wrong with the data directory: whose it is, who may read what
 * lies in it, what was left there, and whether there is room.
 */
#include "cli/doctor.h"

#include "base/clock.h"
#include "base/text.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>
#include <unistd.h>

#define ROOM_MIN_BYTES ((uint64_t)64 << 20)
#define INODES_MIN 1000

/* A backup or a restore that is under way is younger. */
#define LEFT_OVER_S (60 * 60)

static const char *
name_account(uid_t uid, struct arena *a)
{
	const struct passwd *pw = getpwuid(uid);

	return pw != NULL ? arena_text(a, pw->pw_name)
			  : arena_printf(a, "uid %ld", (long)uid);
}

/*
 * Owner and rights.
 */

static void
check_owner(struct doctor *d, const char *dir, const struct stat *st)
{
	struct command_session *s = doctor_session(d);

	if (st->st_uid == geteuid())
		return;
	/* Root's SQLite gives what it makes to the database's owner. */
	doctor_say(d, geteuid() == 0 ? DOCTOR_NOTE : DOCTOR_PROBLEM,
	    "other_account", dir,
	    "belongs to %s and you are %s: run commands as %s, and let the web "
	    "server run the program as %s",
	    name_account(st->st_uid, s->arena),
	    name_account(geteuid(), s->arena),
	    name_account(st->st_uid, s->arena),
	    name_account(st->st_uid, s->arena));
}

static void
check_directory_rights(struct doctor *d, const char *dir, const struct stat *st)
{
	if ((st->st_mode & 077) != 0)
		doctor_say(d, DOCTOR_PROBLEM, "directory_open", dir,
		    "is open to other accounts (mode %03o): chmod 700 it",
		    (unsigned)st->st_mode & 0777);
	if ((st->st_mode & 0700) != 0700)
		doctor_say(d, DOCTOR_PROBLEM, "directory_closed", dir,
		    "is closed to its owner (mode %03o): chmod 700 it",
		    (unsigned)st->st_mode & 0777);
}

/* The folders from which web servers hand out files are named like this. */
static void
check_place(struct doctor *d, const char *dir)
{
	static const char *const roots[] = { "public_html", "htdocs",
		"httpdocs", "wwwroot", "html" };
	const char *at, *end;
	size_t i, len;

	for (at = dir; *at != '\0'; at = end) {
		at += strspn(at, "/");
		end = at + strcspn(at, "/");
		len = (size_t)(end - at);
		for (i = 0; i < sizeof(roots) / sizeof(roots[0]); i++) {
			if (strlen(roots[i]) != len ||
			    memcmp(roots[i], at, len) != 0)
				continue;
			doctor_say(d, DOCTOR_PROBLEM, "directory_public", dir,
			    "lies below %s, from where a web server may hand "
			    "it out: move it elsewhere and set data",
			    roots[i]);
			return;
		}
	}
}

/* Nobody else may have any of these rights to the file. */
static void
check_file(struct doctor *d, const char *path, mode_t forbidden, uid_t owner)
{
	struct command_session *s = doctor_session(d);
	struct stat st;

	if (stat(path, &st) != 0)
		return;
	if ((st.st_mode & forbidden) != 0)
		doctor_say(d, DOCTOR_PROBLEM, "file_open", path,
		    "may be %s by other accounts (mode %03o): chmod %s it",
		    (st.st_mode & forbidden & 044) != 0 ? "read" : "written",
		    (unsigned)st.st_mode & 0777,
		    (forbidden & 044) != 0 ? "600" : "go-w");
	if (st.st_uid != owner)
		doctor_say(d, DOCTOR_PROBLEM, "file_owner", path,
		    "belongs to %s and the directory to %s: chown it",
		    name_account(st.st_uid, s->arena),
		    name_account(owner, s->arena));
}

static void
check_files(struct doctor *d, const char *dir, uid_t owner)
{
	static const struct {
		const char *name;
		mode_t forbidden;
	} files[] = {
		{ "promptledger.db", 066 }, { "promptledger.db-wal", 066 },
		{ "promptledger.db-shm", 066 }, { "promptledger.lock", 066 },
		{ "promptledger.conf", 022 }, { "keys", 077 },
		{ "keys/link.key", 066 },
		{ "assets", 0 }, /* a web server may send from there */
	};
	struct command_session *s = doctor_session(d);
	size_t i;

	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		check_file(d,
		    arena_printf(s->arena, "%s/%s", dir, files[i].name),
		    files[i].forbidden, owner);
}

/* The files that settings name may be anybody's who is let read them. */
static void
check_key(
    struct doctor *d, const char *path, const char *setting, mode_t forbidden)
{
	struct stat st;

	if (path[0] == '\0')
		return;
	if (access(path, R_OK) != 0 || stat(path, &st) != 0)
		doctor_say(d, DOCTOR_PROBLEM, "key_unreadable", path,
		    "cannot be read (%s), but %s names it", strerror(errno),
		    setting);
	else
		check_file(d, path, forbidden, st.st_uid);
}

static void
check_keys(struct doctor *d, const struct config *config)
{
	check_key(d, config->audit_key, "audit_key", 066);
	check_key(d, config->metrics_key, "metrics_key", 066);
	check_key(d, config->jwt_keys, "jwt_keys", 022);
}

/*
 * What was left.
 */

/* mkdtemp's ending. */
static bool
is_drawn(const char *text)
{
	size_t i;

	for (i = 0; i < 6; i++) {
		if (!isalnum((unsigned char)text[i]))
			return false;
	}
	return text[6] == '\0';
}

static bool
is_left_over(const char *name)
{
	size_t len = strlen(name);

	if (text_starts(name, "restore-"))
		return is_drawn(name + strlen("restore-"));
	return len > 7 && name[len - 7] == '.' && is_drawn(name + len - 6);
}

static void
check_left_overs(struct doctor *d, const char *dir)
{
	struct command_session *s = doctor_session(d);
	DIR *list = opendir(dir);
	struct dirent *entry;
	struct stat st;

	if (list == NULL)
		return;
	while ((entry = readdir(list)) != NULL) {
		if (is_left_over(entry->d_name) &&
		    fstatat(dirfd(list), entry->d_name, &st,
			AT_SYMLINK_NOFOLLOW) == 0 &&
		    S_ISDIR(st.st_mode) &&
		    clock_now_ms() / 1000 - st.st_mtime > LEFT_OVER_S)
			doctor_say(d, DOCTOR_PROBLEM, "left_over",
			    arena_printf(s->arena, "%s/%s", dir, entry->d_name),
			    "is left over from a backup or a restore that was "
			    "killed: remove it");
	}
	closedir(list);
}

/*
 * The file system.
 */

/* statfs(2); WAL needs memory that all processes share. */
static void
check_file_system(struct doctor *d, const char *dir)
{
	static const struct {
		uint32_t type;
		const char *name;
	} networks[] = {
		{ 0x00006969, "NFS" },
		{ 0x0000517b, "SMB" },
		{ 0xff534d42, "CIFS" },
		{ 0xfe534d42, "SMB2" },
		{ 0x01021997, "9P" },
		{ 0x5346414f, "AFS" },
		{ 0x00c36400, "Ceph" },
		{ 0x01161970, "GFS2" },
		{ 0x7461636f, "OCFS2" },
	};
	struct statfs fs;
	size_t i;

	if (statfs(dir, &fs) != 0)
		return;
	for (i = 0; i < sizeof(networks) / sizeof(networks[0]); i++) {
		if ((uint32_t)fs.f_type == networks[i].type)
			doctor_say(d, DOCTOR_PROBLEM, "network_file_system",
			    dir,
			    "lies on %s, where locks and SQLite's WAL cannot "
			    "be relied on: move it to a local disk",
			    networks[i].name);
	}
}

static void
check_room(struct doctor *d, const char *dir)
{
	struct statvfs fs;
	uint64_t bytes;

	if (statvfs(dir, &fs) != 0)
		return;
	bytes = (uint64_t)fs.f_bavail * fs.f_frsize;
	if ((fs.f_flag & ST_RDONLY) != 0)
		doctor_say(d, DOCTOR_PROBLEM, "disk_read_only", dir,
		    "lies on a file system that cannot be written to: mount "
		    "it writable");
	if (bytes < ROOM_MIN_BYTES)
		doctor_say(d, DOCTOR_PROBLEM, "disk_full", dir,
		    "has %" PRIu64 " MiB left on its disk: make room, before "
		    "writes are refused",
		    bytes >> 20);
	/* Some file systems have no fixed number of them. */
	if (fs.f_files > 0 && fs.f_favail < INODES_MIN)
		doctor_say(d, DOCTOR_PROBLEM, "inodes_used_up", dir,
		    "has room for %" PRIu64 " more files on its disk: remove "
		    "some",
		    (uint64_t)fs.f_favail);
}

void
doctor_examine_directory(struct doctor *d)
{
	const struct config *config = &doctor_session(d)->config;
	const char *dir = config->data;
	struct stat st;

	check_place(d, dir);
	check_keys(d, config);
	if (stat(dir, &st) != 0) {
		doctor_say(d, DOCTOR_PROBLEM, "directory_missing", dir,
		    "cannot be looked at: %s", strerror(errno));
		return;
	}
	check_owner(d, dir, &st);
	check_directory_rights(d, dir, &st);
	check_files(d, dir, st.st_uid);
	check_left_overs(d, dir);
	check_file_system(d, dir);
	check_room(d, dir);
}
