-- OAuth access tokens, which an API key is given for an hour.

-- A token of its own, not a key: it ends with its key, opens less than it,
-- and is nobody's to list, rename or renew.
CREATE TABLE access_token (
    digest     BLOB NOT NULL PRIMARY KEY,   -- SHA-256 of the whole token
    id         TEXT NOT NULL UNIQUE,
    key_id     TEXT NOT NULL REFERENCES token (id),
    scopes     TEXT NOT NULL,               -- blank-separated
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX access_token_key ON access_token (key_id);
CREATE INDEX access_token_expires ON access_token (expires_at);

CREATE TRIGGER token_before_delete_access_tokens
BEFORE DELETE ON token
BEGIN
    DELETE FROM access_token WHERE key_id = OLD.id;
END;

-- They were given to who knew the old secret, and for what the key did then.
CREATE TRIGGER token_after_update_end_access_tokens
AFTER UPDATE OF digest, user_id, operation, scopes ON token
WHEN OLD.digest IS NOT NEW.digest
    OR OLD.user_id IS NOT NEW.user_id
    OR OLD.operation IS NOT NEW.operation
    OR OLD.scopes IS NOT NEW.scopes
BEGIN
    DELETE FROM access_token WHERE key_id = NEW.id;
END;

CREATE TRIGGER access_token_after_insert_record
AFTER INSERT ON access_token
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('access_token', NEW.id, NULL, 'CREATE',
        '{"created":{' ||
            '"id":' || audit_json(NEW.id) ||
            ',"digest":"changed"' ||
            ',"key_id":' || audit_json(NEW.key_id) ||
            ',"scopes":' || audit_json(NEW.scopes) ||
            ',"created_at":' || audit_json(NEW.created_at) ||
            ',"expires_at":' || audit_json(NEW.expires_at) || '}}');
END;

-- A token is made and ends, it is never changed.
CREATE TRIGGER access_token_before_update_refuse
BEFORE UPDATE ON access_token
BEGIN
    SELECT RAISE(ABORT, 'access_token: rows are never changed');
END;

-- That a token's hour is over was said when it was made: clearing it away is
-- bookkeeping.  Ending it before its time is not.
CREATE TRIGGER access_token_after_delete_record
AFTER DELETE ON access_token
WHEN NOT coalesce(OLD.expires_at <= audit_request('at'), FALSE)
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('access_token', OLD.id, NULL, 'DELETE',
        '{"deleted":{' ||
            '"id":' || audit_json(OLD.id) ||
            ',"digest":"changed"' ||
            ',"key_id":' || audit_json(OLD.key_id) ||
            ',"scopes":' || audit_json(OLD.scopes) ||
            ',"created_at":' || audit_json(OLD.created_at) ||
            ',"expires_at":' || audit_json(OLD.expires_at) || '}}');
END;
