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
        '{"created":{' ||
            '"id":' || audit_json(NEW.id) ||
            ',"digest":' || iif(NEW.digest IS NULL, 'null', '"changed"') ||
            ',"user_id":' || audit_json(NEW.user_id) ||
            ',"kind":' || audit_json(NEW.kind) ||
            ',"name":' || audit_json(NEW.name) ||
            ',"operation":' || audit_json(NEW.operation) ||
            ',"scopes":' || audit_json(NEW.scopes) ||
            ',"organisation_id":' || audit_json(NEW.organisation_id) ||
            ',"created_at":' || audit_json(NEW.created_at) ||
            ',"expires_at":' || audit_json(NEW.expires_at) || '}}');
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
                ',"digest":{"old":' || iif(OLD.digest IS NULL, 'null', '"changed"') ||
                ',"new":' || iif(NEW.digest IS NULL, 'null', '"changed"') || '}') ||
            iif(OLD.user_id IS NEW.user_id, '',
                ',"user_id":{"old":' || audit_json(OLD.user_id) ||
                ',"new":' || audit_json(NEW.user_id) || '}') ||
            iif(OLD.kind IS NEW.kind, '',
                ',"kind":{"old":' || audit_json(OLD.kind) ||
                ',"new":' || audit_json(NEW.kind) || '}') ||
            iif(OLD.name IS NEW.name, '',
                ',"name":{"old":' || audit_json(OLD.name) ||
                ',"new":' || audit_json(NEW.name) || '}') ||
            iif(OLD.operation IS NEW.operation, '',
                ',"operation":{"old":' || audit_json(OLD.operation) ||
                ',"new":' || audit_json(NEW.operation) || '}') ||
            iif(OLD.scopes IS NEW.scopes, '',
                ',"scopes":{"old":' || audit_json(OLD.scopes) ||
                ',"new":' || audit_json(NEW.scopes) || '}') ||
            iif(OLD.organisation_id IS NEW.organisation_id, '',
                ',"organisation_id":{"old":' || audit_json(OLD.organisation_id) ||
                ',"new":' || audit_json(NEW.organisation_id) || '}') ||
            iif(OLD.expires_at IS NEW.expires_at, '',
                ',"expires_at":{"old":' || audit_json(OLD.expires_at) ||
                ',"new":' || audit_json(NEW.expires_at) || '}'), 2) || '}');
END;

CREATE TRIGGER token_after_delete_record
AFTER DELETE ON token
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('token', OLD.id, NULL, 'DELETE',
        '{"deleted":{' ||
            '"id":' || audit_json(OLD.id) ||
            ',"digest":' || iif(OLD.digest IS NULL, 'null', '"changed"') ||
            ',"user_id":' || audit_json(OLD.user_id) ||
            ',"kind":' || audit_json(OLD.kind) ||
            ',"name":' || audit_json(OLD.name) ||
            ',"operation":' || audit_json(OLD.operation) ||
            ',"scopes":' || audit_json(OLD.scopes) ||
            ',"organisation_id":' || audit_json(OLD.organisation_id) ||
            ',"created_at":' || audit_json(OLD.created_at) ||
            ',"expires_at":' || audit_json(OLD.expires_at) || '}' || '}');
END;
