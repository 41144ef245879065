-- What is recorded of changes to access_token.

CREATE TRIGGER access_token_after_insert_record
AFTER INSERT ON access_token
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('access_token', NEW.id, NULL, 'CREATE',
        '{"created":' || audit_row(
            'id', NEW.id,
            'digest secret', NEW.digest,
            'key_id', NEW.key_id,
            'scopes', NEW.scopes,
            'created_at', NEW.created_at,
            'expires_at', NEW.expires_at) || '}');
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
        '{"deleted":' || audit_row(
            'id', OLD.id,
            'digest secret', OLD.digest,
            'key_id', OLD.key_id,
            'scopes', OLD.scopes,
            'created_at', OLD.created_at,
            'expires_at', OLD.expires_at) || '}');
END;
