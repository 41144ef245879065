/* SPDX-License-Identifier: MIT */
/*
 * What may be wrong with recordings and uploads: rows without their file,
 * files without a row, damaged ones, and what waits to be removed.
 */
#include "cli/doctor.h"

#include "domain/asset_check.h"
#include "domain/purge.h"

#include <inttypes.h>
#include <stdio.h>

static void
tell_fault(
    void *arg, enum asset_fault fault, const char *path, const char *asset_id)
{
	static const struct doctor_finding faults[] = {
		[ASSET_WITHOUT_FILE] = { DOCTOR_PROBLEM, "row_without_file",
		    NULL, "is missing" },
		[ASSET_DAMAGED] = { DOCTOR_PROBLEM, "file_damaged", NULL,
		    "does not hold what its name says: take the file from a "
		    "backup, or upload this audio again" },
		[ASSET_WITHOUT_ROW] = { DOCTOR_PROBLEM, "file_without_row",
		    NULL,
		    "is left over from an interrupted upload: promptledger "
		    "doctor --sweep removes it" },
		[ASSET_SWEPT] = { DOCTOR_NOTE, "file_swept", NULL,
		    "was left over from an interrupted upload: removed" },
		[ASSET_FOREIGN] = { DOCTOR_PROBLEM, "file_foreign", NULL,
		    "is not promptledger's: move it elsewhere" },
	};
	struct doctor_finding finding = faults[fault];

	char text[160];

	finding.subject = path;
	if (asset_id != NULL) {
		snprintf(text, sizeof(text),
		    "is missing, the file of recording %s: take it from a "
		    "backup, or upload this audio again",
		    asset_id);
		finding.text = text;
	}
	doctor_tell(arg, &finding);
}

static void
show_progress(void *arg, int64_t done, int64_t total)
{
	doctor_progress(arg, done, total);
}

static void
tell_count(struct doctor *d, int64_t count, const char *kind, const char *text)
{
	char subject[32];
	struct doctor_finding finding = {
		.weight = DOCTOR_NOTE,
		.kind = kind,
		.subject = subject,
		.text = text,
	};

	snprintf(subject, sizeof(subject), "%" PRId64, count);
	if (count > 0)
		doctor_tell(d, &finding);
}

#define BY_ITSELF                                                            \
	": the running service removes them by itself, promptledger doctor " \
	"--sweep at once"

/* What waits is no fault: it goes while the service runs. */
static enum err
count_waiting(struct doctor *d, int64_t keep_ms)
{
	struct command_session *s = doctor_session(d);
	struct purge_backlog b;
	enum err err;

	if ((err = purge_count(s->store, s->config.data, keep_ms, &b)) !=
	    ERR_NONE)
		return err_fail(&s->failure, err, NULL, NULL);
	tell_count(d, b.requests, "uploads_expired",
	    "upload requests have expired" BY_ITSELF);
	tell_count(d, b.assets, "assets_unused",
	    "recordings are no longer referred to" BY_ITSELF);
	tell_count(d, b.files, "files_unused",
	    "files belong to recordings that were deleted" BY_ITSELF);
	tell_count(d, b.received, "uploads_abandoned",
	    "uploads were abandoned half-way" BY_ITSELF);
	return ERR_NONE;
}

static enum err
remove_waiting(struct doctor *d, int64_t keep_ms)
{
	struct command_session *s = doctor_session(d);
	struct purge_backlog sum = { 0 };
	struct purge p = {
		.data_dir = s->config.data,
		.keep_ms = keep_ms,
		.manners = PURGE_WAITS,
		.actor = command_actor(s),
	};
	enum err err;

	do {
		err = purge_some(s->store, &p);
		sum.requests += p.requests;
		sum.assets += p.assets;
		sum.files += p.files;
		sum.received += p.received;
	} while (err == ERR_NONE && p.is_partial);
	tell_count(d, sum.requests, "uploads_purged",
	    "upload requests had expired: removed");
	tell_count(d, sum.assets, "assets_purged",
	    "recordings were no longer referred to: removed");
	tell_count(d, sum.files, "files_purged",
	    "files belonged to recordings that were deleted: removed");
	tell_count(d, sum.received, "uploads_purged_half_way",
	    "uploads were abandoned half-way: removed");
	return err == ERR_NONE ? ERR_NONE
			       : err_fail(&s->failure, err, NULL, NULL);
}

void
doctor_examine_assets(struct doctor *d)
{
	struct command_session *s = doctor_session(d);
	int64_t keep_ms = s->config.audio_keep_hours * 60 * 60 * 1000;
	struct asset_check check = {
		.store = s->store,
		.actor = command_actor(s),
		.data_dir = s->config.data,
		.deed = doctor_sweeps(d) ? ASSET_SWEEP : ASSET_LOOK,
		.found = tell_fault,
		.progress = show_progress,
		.arg = d,
	};
	enum err err;

	err = doctor_sweeps(d) ? remove_waiting(d, keep_ms)
			       : count_waiting(d, keep_ms);
	if (err != ERR_NONE ||
	    asset_check_rows(&check, &s->failure) != ERR_NONE ||
	    asset_check_files(&check, &s->failure) != ERR_NONE)
		doctor_fail(d);
}
