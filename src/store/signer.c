/* SPDX-License-Identifier: MIT */
#include "store/signer.h"

#include "base/log.h"

#include <sodium.h>
#include <string.h>

struct signature {
	bool exists;
	int64_t seq;
	unsigned char key_id[SEAL_KEY_ID_BYTES];
	unsigned char mac[SEAL_MAC_BYTES];
};

/* False when the column holds something else than len bytes. */
static bool
copy_blob(sqlite3_stmt *st, int column, unsigned char *out, size_t len)
{
	const void *bytes = sqlite3_column_blob(st, column);

	if (bytes == NULL || (size_t)sqlite3_column_bytes(st, column) != len)
		return false;
	memcpy(out, bytes, len);
	return true;
}

enum err
signer_read_head(struct connection *c, struct seal_head *out, struct failure *f)
{
	sqlite3_stmt *st = connection_prepare(c, STATEMENT_AUDIT_HEAD, f);
	struct seal_head head = { 0 };
	enum err err = ERR_NONE;
	int code;

	if (st == NULL)
		return f->code;
	if ((code = sqlite3_step(st)) != SQLITE_ROW) {
		err = code == SQLITE_DONE
		    ? err_fail(f, ERR_IO, NULL, "the genesis is missing")
		    : connection_fail(c, f);
	} else {
		head.seq = sqlite3_column_int64(st, 1);
		if (!copy_blob(st, 0, head.genesis, sizeof(head.genesis)) ||
		    !copy_blob(st, 2, head.hash, sizeof(head.hash)))
			err = err_fail(
			    f, ERR_IO, NULL, "the last audit row has no hash");
	}
	sqlite3_reset(st);
	if (err == ERR_NONE)
		*out = head;
	return err;
}

/* One that cannot be read fits nothing, as any other wrong one. */
static enum err
read_signature(struct connection *c, struct signature *out, struct failure *f)
{
	sqlite3_stmt *st =
	    connection_prepare(c, STATEMENT_AUDIT_SIGNATURE_FIND, f);
	enum err err = ERR_NONE;
	int code;

	memset(out, 0, sizeof(*out));
	if (st == NULL)
		return f->code;
	code = sqlite3_step(st);
	if (code == SQLITE_ROW) {
		out->exists = true;
		out->seq = sqlite3_column_int64(st, 0);
		if (!copy_blob(st, 1, out->key_id, sizeof(out->key_id)) ||
		    !copy_blob(st, 2, out->mac, sizeof(out->mac)))
			out->seq = -1;
	} else if (code != SQLITE_DONE) {
		err = connection_fail(c, f);
	}
	sqlite3_reset(st);
	return err;
}

static enum err
write_signature(struct signer *s, struct connection *c,
    const struct seal_head *head, struct failure *f)
{
	sqlite3_stmt *st =
	    connection_prepare(c, STATEMENT_AUDIT_SIGNATURE_WRITE, f);
	unsigned char key_id[SEAL_KEY_ID_BYTES], mac[SEAL_MAC_BYTES];
	enum err err = ERR_NONE;

	if (st == NULL)
		return f->code;
	seal_key_id(s->key, key_id);
	seal_make(s->key, head, mac);
	if (sqlite3_bind_int64(st, sqlite3_bind_parameter_index(st, ":seq"),
		head->seq) != SQLITE_OK ||
	    sqlite3_bind_blob(st, sqlite3_bind_parameter_index(st, ":key_id"),
		key_id, sizeof(key_id), SQLITE_STATIC) != SQLITE_OK ||
	    sqlite3_bind_blob(st, sqlite3_bind_parameter_index(st, ":mac"), mac,
		sizeof(mac), SQLITE_STATIC) != SQLITE_OK ||
	    sqlite3_step(st) != SQLITE_DONE)
		err = connection_fail(c, f);
	sqlite3_reset(st);
	sqlite3_clear_bindings(st);
	return err;
}

enum err
signer_begin(struct signer *s, struct connection *c, struct failure *f)
{
	struct signature signature;
	struct seal_head head = { 0 };
	enum err err;

	s->may_sign = false;
	if ((err = read_signature(c, &signature, f)) != ERR_NONE)
		return err;
	if (!s->has_key) {
		if (!signature.exists)
			return ERR_NONE;
		log_line("event=audit_key_missing");
		return err_fail(f, ERR_READ_ONLY, NULL,
		    "the audit log is signed: writing needs the audit_key");
	}
	if ((err = signer_read_head(c, &head, f)) != ERR_NONE)
		return err;
	s->seq = head.seq;
	s->may_sign = signature.exists ? signature.seq == head.seq &&
		seal_fits(s->key, &head, signature.mac)
				       : head.seq == 0;
	if (!s->may_sign && !s->told)
		log_line("event=audit_unsigned seq=%lld signed=%s",
		    (long long)head.seq, signature.exists ? "otherwise" : "no");
	s->told = !s->may_sign;
	return ERR_NONE;
}

enum err
signer_end(struct signer *s, struct connection *c, struct failure *f)
{
	struct seal_head head = { 0 };
	enum err err;

	if (!s->may_sign)
		return ERR_NONE;
	if ((err = signer_read_head(c, &head, f)) != ERR_NONE ||
	    head.seq == s->seq)
		return err;
	return write_signature(s, c, &head, f);
}
