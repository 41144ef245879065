/* SPDX-License-Identifier: MIT */
/*
 * err: everything that can go wrong, named once.
 *
 * Whatever can fail returns enum err.  The place where a fault is known fills
 * the call's struct failure through err_fail; everything above passes the
 * code on and never replaces it.  Each family has its own text for a code.
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

enum err {
	ERR_NONE = 0,

	/* The request itself. */
	ERR_REQUEST_MALFORMED, /* path bytes, headers, CONTENT_LENGTH */
	ERR_PATH_TOO_LONG,     /* or the query string */
	ERR_METHOD_UNKNOWN,    /* no HTTP method that we know */
	ERR_METHOD_REFUSED,    /* known path, other method */
	ERR_ROUTE_UNKNOWN,
	ERR_QUERY_INVALID, /* the query string against its table */
	ERR_RANGE,      /* nothing of it exists; detail is for Content-Range */
	ERR_ID_INVALID, /* field names which id */
	ERR_MEDIA_TYPE,
	ERR_BODY_TOO_LARGE,
	ERR_BODY_LENGTH,    /* other bytes than CONTENT_LENGTH said */
	ERR_BODY_MALFORMED, /* not strict JSON, or no object */
	ERR_BODY_INVALID,   /* JSON, but not what the field table says */
	ERR_PASSWORD_WEAK,  /* a new password too short or too long */
	ERR_PATCH_INVALID,  /* JSON, but no patch of what may be changed */
	ERR_TEST_FAILED,    /* a patch's test found another value */
	ERR_KEY_REUSED,     /* Idempotency-Key with another body */

	/* Who is calling. */
	ERR_TOKEN_MISSING, /* no Authorization at all */
	ERR_TOKEN_SCHEME,  /* Authorization without a bearer token */
	ERR_TOKEN_INVALID, /* malformed, unknown, expired, revoked */
	ERR_USER_UNVERIFIED,
	ERR_ROLE_TOO_LOW,
	ERR_SCOPE_MISSING, /* what auth_challenge names */
	ERR_NOT_OWNER,
	ERR_CREDENTIALS, /* unknown e-mail or wrong password */
	ERR_SIGNATURE,   /* forged or expired link */
	ERR_SIGNUP_CLOSED,
	ERR_THROTTLED,      /* too often; detail is the seconds to wait */
	ERR_GRANT_TYPE,     /* of OAuth: none that we know */
	ERR_SCOPE_INVALID,  /* unknown, or more than the key has */
	ERR_CLIENT_REFUSED, /* a key to which no tokens are given */

	/* What is stored. */
	ERR_PROMPT_UNKNOWN,
	ERR_VERSION_UNKNOWN, /* detail is the number asked for */
	ERR_VERSION_STATE,   /* field is the status that does not allow it */
	ERR_TAG_UNKNOWN,
	ERR_PAYLOAD_UNKNOWN,
	ERR_LOG_UNKNOWN,
	ERR_COMMENT_UNKNOWN,
	ERR_COMMENT_ELSEWHERE, /* of another prompt */
	ERR_ASSET_UNKNOWN,
	ERR_FLOW_UNKNOWN, /* does not use that prompt */
	ERR_PROJECT_UNKNOWN,
	ERR_TEAM_UNKNOWN,
	ERR_MEMBER_UNKNOWN, /* not in that team */
	ERR_USER_UNKNOWN,
	ERR_KEY_UNKNOWN,   /* an API key, by its id */
	ERR_TOKEN_UNKNOWN, /* a session or key of anybody, by its id */
	ERR_SESSION_UNKNOWN,
	ERR_UPLOAD_UNKNOWN,  /* never made, or expired */
	ERR_UPLOAD_EMPTY,    /* made, nothing uploaded yet */
	ERR_UPLOAD_CONSUMED, /* used by another prompt */
	ERR_UPLOAD_PARTS,    /* some are missing; detail says which */
	ERR_NAME_TAKEN,
	ERR_EMAIL_TAKEN,
	ERR_PROMPT_EXISTS,   /* so there is nothing to restore */
	ERR_ACTIVE_CONFLICT, /* field is the section, detail the other
	                        * prompt's id */
	ERR_IN_USE,          /* by flows; detail is a sentence */
	ERR_LAST_ADMIN,      /* without whom there would be none */
	ERR_STALE,           /* If-Match names another revision */

	/* The audio in an upload. */
	ERR_AUDIO_INVALID, /* neither WAV nor MP3, or damaged */
	ERR_AUDIO_TYPE,    /* good audio of a kind that was not allowed */
	ERR_AUDIO_EMPTY,

	/* Ourselves. */
	ERR_BUSY, /* the writers' lock was not free in time */
	ERR_FULL, /* disk or quota */
	ERR_READ_ONLY,
	ERR_IO,
	ERR_INTERNAL,

	ERR_COUNT
};

struct err_info {
	const char *slug; /* for logs: prompt_unknown */
	int status;       /* the HTTP status unless a family says otherwise */
};

/* What is known about code; never NULL. */
const struct err_info *err_info(enum err code);

/* One fault as its finder saw it.  The strings are constant or live in the
 * request's arena; NULL when there is nothing to say. */
struct failure {
	enum err code;
	const char *field;  /* the member, parameter or id at fault */
	const char *detail; /* for the log and for families that quote it */
};

/* Fill f and return code, so that a finder can `return err_fail(...)`. */
enum err err_fail(
    struct failure *f, enum err code, const char *field, const char *detail);

#endif
