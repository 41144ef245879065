-- What is recorded of changes to upload_request.

CREATE TRIGGER upload_request_after_insert_record
AFTER INSERT ON upload_request
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('upload_request', NEW.id, NULL, 'CREATE',
        json_object('created', json_object(
            'id', NEW.id, 'user_id', NEW.user_id,
            'allowed_types', json(NEW.allowed_types),
            'asset_id', NEW.asset_id, 'consumed_by', NEW.consumed_by,
            'consumed_digest', iif(NEW.consumed_digest IS NULL, NULL, 'changed'),
            'created_at', NEW.created_at,
            'upload_expires_at', NEW.upload_expires_at,
            'expires_at', NEW.expires_at)));
END;

CREATE TRIGGER upload_request_after_update_record
AFTER UPDATE ON upload_request
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('upload_request', NEW.id, NULL,
        'UPDATE',
        '{' || substr(
            iif(OLD.user_id IS NEW.user_id, '',
                ',"user_id":{"old":' || json_quote(OLD.user_id) ||
                ',"new":' || json_quote(NEW.user_id) || '}') ||
            iif(OLD.allowed_types IS NEW.allowed_types, '',
                ',"allowed_types":{"old":' || coalesce(OLD.allowed_types, 'null') ||
                ',"new":' || coalesce(NEW.allowed_types, 'null') || '}') ||
            iif(OLD.asset_id IS NEW.asset_id, '',
                ',"asset_id":{"old":' || json_quote(OLD.asset_id) ||
                ',"new":' || json_quote(NEW.asset_id) || '}') ||
            iif(OLD.consumed_by IS NEW.consumed_by, '',
                ',"consumed_by":{"old":' || json_quote(OLD.consumed_by) ||
                ',"new":' || json_quote(NEW.consumed_by) || '}') ||
            iif(OLD.consumed_digest IS NEW.consumed_digest, '',
                ',"consumed_digest":{"old":' || '"changed"' ||
                ',"new":' || '"changed"' || '}') ||
            iif(OLD.upload_expires_at IS NEW.upload_expires_at, '',
                ',"upload_expires_at":{"old":' || json_quote(OLD.upload_expires_at) ||
                ',"new":' || json_quote(NEW.upload_expires_at) || '}') ||
            iif(OLD.expires_at IS NEW.expires_at, '',
                ',"expires_at":{"old":' || json_quote(OLD.expires_at) ||
                ',"new":' || json_quote(NEW.expires_at) || '}'), 2) || '}');
END;

CREATE TRIGGER upload_request_after_delete_record
AFTER DELETE ON upload_request
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('upload_request', OLD.id, NULL, 'DELETE',
        json_object('deleted', json_object(
            'id', OLD.id, 'user_id', OLD.user_id,
            'allowed_types', json(OLD.allowed_types),
            'asset_id', OLD.asset_id, 'consumed_by', OLD.consumed_by,
            'consumed_digest', iif(OLD.consumed_digest IS NULL, NULL, 'changed'),
            'created_at', OLD.created_at,
            'upload_expires_at', OLD.upload_expires_at,
            'expires_at', OLD.expires_at)));
END;
