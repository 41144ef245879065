/* SPDX-License-Identifier: MIT */
#include "base/err.h"

#include <assert.h>

/* clang-format off */
static const struct err_info infos[ERR_COUNT] = {
	[ERR_NONE] = {"none", 200},

	[ERR_REQUEST_MALFORMED] = {"request_malformed", 400},
	[ERR_PATH_TOO_LONG] = {"path_too_long", 414},
	[ERR_METHOD_UNKNOWN] = {"method_unknown", 501},
	[ERR_METHOD_REFUSED] = {"method_refused", 405},
	[ERR_ROUTE_UNKNOWN] = {"route_unknown", 404},
	[ERR_QUERY_INVALID] = {"query_invalid", 400},
	[ERR_RANGE] = {"range", 416},
	[ERR_ID_INVALID] = {"id_invalid", 400},
	[ERR_MEDIA_TYPE] = {"media_type", 415},
	[ERR_BODY_TOO_LARGE] = {"body_too_large", 413},
	[ERR_BODY_LENGTH] = {"body_length", 400},
	[ERR_BODY_MALFORMED] = {"body_malformed", 400},
	[ERR_BODY_INVALID] = {"body_invalid", 400},
	[ERR_PASSWORD_WEAK] = {"password_weak", 400},
	[ERR_PATCH_INVALID] = {"patch_invalid", 422},
	[ERR_TEST_FAILED] = {"test_failed", 409},
	[ERR_KEY_REUSED] = {"idempotency_key_reused", 422},

	[ERR_TOKEN_MISSING] = {"token_missing", 401},
	[ERR_TOKEN_SCHEME] = {"token_scheme", 401},
	[ERR_TOKEN_INVALID] = {"token_invalid", 401},
	[ERR_USER_UNVERIFIED] = {"user_unverified", 403},
	[ERR_ROLE_TOO_LOW] = {"role_too_low", 403},
	[ERR_SCOPE_MISSING] = {"scope_missing", 403},
	[ERR_NOT_OWNER] = {"not_owner", 403},
	[ERR_CREDENTIALS] = {"credentials", 401},
	[ERR_SIGNATURE] = {"signature", 403},
	[ERR_SIGNUP_CLOSED] = {"signup_closed", 403},
	[ERR_THROTTLED] = {"throttled", 429},
	[ERR_GRANT_TYPE] = {"grant_type", 400},
	[ERR_SCOPE_INVALID] = {"scope_invalid", 400},
	[ERR_CLIENT_REFUSED] = {"client_refused", 400},

	[ERR_PROMPT_UNKNOWN] = {"prompt_unknown", 404},
	[ERR_VERSION_UNKNOWN] = {"version_unknown", 404},
	[ERR_VERSION_STATE] = {"version_state", 422},
	[ERR_TAG_UNKNOWN] = {"tag_unknown", 404},
	[ERR_PAYLOAD_UNKNOWN] = {"payload_unknown", 404},
	[ERR_LOG_UNKNOWN] = {"log_unknown", 404},
	[ERR_COMMENT_UNKNOWN] = {"comment_unknown", 404},
	[ERR_COMMENT_ELSEWHERE] = {"comment_elsewhere", 403},
	[ERR_ASSET_UNKNOWN] = {"asset_unknown", 404},
	[ERR_FLOW_UNKNOWN] = {"flow_unknown", 404},
	[ERR_PROJECT_UNKNOWN] = {"project_unknown", 404},
	[ERR_TEAM_UNKNOWN] = {"team_unknown", 404},
	[ERR_MEMBER_UNKNOWN] = {"member_unknown", 404},
	[ERR_USER_UNKNOWN] = {"user_unknown", 404},
	[ERR_KEY_UNKNOWN] = {"key_unknown", 404},
	[ERR_TOKEN_UNKNOWN] = {"token_unknown", 404},
	[ERR_SESSION_UNKNOWN] = {"session_unknown", 404},
	[ERR_UPLOAD_UNKNOWN] = {"upload_unknown", 404},
	[ERR_UPLOAD_EMPTY] = {"upload_empty", 400},
	[ERR_UPLOAD_CONSUMED] = {"upload_consumed", 409},
	[ERR_UPLOAD_PARTS] = {"upload_parts", 400},
	[ERR_NAME_TAKEN] = {"name_taken", 409},
	[ERR_EMAIL_TAKEN] = {"email_taken", 409},
	[ERR_PROMPT_EXISTS] = {"prompt_exists", 409},
	[ERR_ACTIVE_CONFLICT] = {"active_conflict", 409},
	[ERR_IN_USE] = {"in_use", 409},
	[ERR_LAST_ADMIN] = {"last_admin", 409},
	[ERR_STALE] = {"stale", 412},

	[ERR_AUDIO_INVALID] = {"audio_invalid", 415},
	[ERR_AUDIO_TYPE] = {"audio_type", 415},
	[ERR_AUDIO_EMPTY] = {"audio_empty", 400},

	[ERR_BUSY] = {"busy", 503},
	[ERR_FULL] = {"full", 507},
	[ERR_READ_ONLY] = {"read_only", 503},
	[ERR_IO] = {"io", 503},
	[ERR_INTERNAL] = {"internal", 500},
};
/* clang-format on */

const struct err_info *
err_info(enum err code)
{
	assert(code < ERR_COUNT && infos[code].slug != 0);
	return &infos[code];
}

enum err
err_fail(
    struct failure *f, enum err code, const char *field, const char *detail)
{
	f->code = code;
	f->field = field;
	f->detail = detail;
	return code;
}
