-- What is recorded of changes to token.
-- last_used_at is bookkeeping, not a change by a user: it is not audited.

CREATE TRIGGER token_before_delete_children
BEFORE DELETE ON token
BEGIN
    DELETE FROM token_team WHERE token_id = OLD.id;
END;

CREATE TRIGGER token_after_insert_record
AFTER INSERT ON token
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('token', NEW.id, NULL, 'CREATE',
        '{"created":' || audit_row(
            'id', NEW.id,
            'digest secret', NEW.digest,
            'user_id', NEW.user_id,
            'kind', NEW.kind,
            'name', NEW.name,
            'operation', NEW.operation,
            'scopes', NEW.scopes,
            'organisation_id', NEW.organisation_id,
            'created_at', NEW.created_at,
            'expires_at', NEW.expires_at) || '}');
END;

CREATE TRIGGER token_after_update_record
AFTER UPDATE
    OF digest, user_id, kind, name, operation, scopes, organisation_id,
        created_at, expires_at
    ON token
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('token', NEW.id, NULL,
        'UPDATE',
        audit_diff(
            'digest secret', OLD.digest, NEW.digest,
            'user_id', OLD.user_id, NEW.user_id,
            'kind', OLD.kind, NEW.kind,
            'name', OLD.name, NEW.name,
            'operation', OLD.operation, NEW.operation,
            'scopes', OLD.scopes, NEW.scopes,
            'organisation_id', OLD.organisation_id, NEW.organisation_id,
            'expires_at', OLD.expires_at, NEW.expires_at));
END;

CREATE TRIGGER token_after_delete_record
AFTER DELETE ON token
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('token', OLD.id, NULL, 'DELETE',
        '{"deleted":' || audit_row(
            'id', OLD.id,
            'digest secret', OLD.digest,
            'user_id', OLD.user_id,
            'kind', OLD.kind,
            'name', OLD.name,
            'operation', OLD.operation,
            'scopes', OLD.scopes,
            'organisation_id', OLD.organisation_id,
            'created_at', OLD.created_at,
            'expires_at', OLD.expires_at) || '}');
END;

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
