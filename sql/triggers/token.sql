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
        json_object('created', json_object(
            'id', NEW.id, 'digest', iif(NEW.digest IS NULL, NULL, 'changed'),
            'user_id', NEW.user_id, 'kind', NEW.kind, 'name', NEW.name,
            'operation', NEW.operation, 'scopes', NEW.scopes,
            'organisation_id', NEW.organisation_id,
            'created_at', NEW.created_at, 'expires_at', NEW.expires_at)));
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
        '{' || substr(
            iif(OLD.digest IS NEW.digest, '',
                ',"digest":{"old":' || '"changed"' ||
                ',"new":' || '"changed"' || '}') ||
            iif(OLD.user_id IS NEW.user_id, '',
                ',"user_id":{"old":' || json_quote(OLD.user_id) ||
                ',"new":' || json_quote(NEW.user_id) || '}') ||
            iif(OLD.kind IS NEW.kind, '',
                ',"kind":{"old":' || json_quote(OLD.kind) ||
                ',"new":' || json_quote(NEW.kind) || '}') ||
            iif(OLD.name IS NEW.name, '',
                ',"name":{"old":' || json_quote(OLD.name) ||
                ',"new":' || json_quote(NEW.name) || '}') ||
            iif(OLD.operation IS NEW.operation, '',
                ',"operation":{"old":' || json_quote(OLD.operation) ||
                ',"new":' || json_quote(NEW.operation) || '}') ||
            iif(OLD.scopes IS NEW.scopes, '',
                ',"scopes":{"old":' || json_quote(OLD.scopes) ||
                ',"new":' || json_quote(NEW.scopes) || '}') ||
            iif(OLD.organisation_id IS NEW.organisation_id, '',
                ',"organisation_id":{"old":' || json_quote(OLD.organisation_id) ||
                ',"new":' || json_quote(NEW.organisation_id) || '}') ||
            iif(OLD.expires_at IS NEW.expires_at, '',
                ',"expires_at":{"old":' || json_quote(OLD.expires_at) ||
                ',"new":' || json_quote(NEW.expires_at) || '}'), 2) || '}');
END;

CREATE TRIGGER token_after_delete_record
AFTER DELETE ON token
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('token', OLD.id, NULL, 'DELETE',
        json_object('deleted', json_object(
            'id', OLD.id, 'digest', iif(OLD.digest IS NULL, NULL, 'changed'),
            'user_id', OLD.user_id, 'kind', OLD.kind, 'name', OLD.name,
            'operation', OLD.operation, 'scopes', OLD.scopes,
            'organisation_id', OLD.organisation_id,
            'created_at', OLD.created_at, 'expires_at', OLD.expires_at)));
END;
