-- What is recorded of changes to upload_request.

CREATE TRIGGER upload_request_after_insert_record
AFTER INSERT ON upload_request
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('upload_request', NEW.id, NULL, 'CREATE',
        '{"created":{' ||
            '"id":' || audit_json(NEW.id) ||
            ',"user_id":' || audit_json(NEW.user_id) ||
            ',"allowed_types":' || coalesce(NEW.allowed_types, 'null') ||
            ',"asset_id":' || audit_json(NEW.asset_id) ||
            ',"consumed_by":' || audit_json(NEW.consumed_by) ||
            ',"consumed_digest":' || iif(NEW.consumed_digest IS NULL, 'null', '"changed"') ||
            ',"created_at":' || audit_json(NEW.created_at) ||
            ',"upload_expires_at":' || audit_json(NEW.upload_expires_at) ||
            ',"expires_at":' || audit_json(NEW.expires_at) || '}}');
END;

CREATE TRIGGER upload_request_after_update_record
AFTER UPDATE ON upload_request
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('upload_request', NEW.id, NULL,
        'UPDATE',
        '{' || substr(
            iif(OLD.user_id IS NEW.user_id, '',
                ',"user_id":{"old":' || audit_json(OLD.user_id) ||
                ',"new":' || audit_json(NEW.user_id) || '}') ||
            iif(OLD.allowed_types IS NEW.allowed_types, '',
                ',"allowed_types":{"old":' || coalesce(OLD.allowed_types, 'null') ||
                ',"new":' || coalesce(NEW.allowed_types, 'null') || '}') ||
            iif(OLD.asset_id IS NEW.asset_id, '',
                ',"asset_id":{"old":' || audit_json(OLD.asset_id) ||
                ',"new":' || audit_json(NEW.asset_id) || '}') ||
            iif(OLD.consumed_by IS NEW.consumed_by, '',
                ',"consumed_by":{"old":' || audit_json(OLD.consumed_by) ||
                ',"new":' || audit_json(NEW.consumed_by) || '}') ||
            iif(OLD.consumed_digest IS NEW.consumed_digest, '',
                ',"consumed_digest":{"old":' || iif(OLD.consumed_digest IS NULL, 'null', '"changed"') ||
                ',"new":' || iif(NEW.consumed_digest IS NULL, 'null', '"changed"') || '}') ||
            iif(OLD.upload_expires_at IS NEW.upload_expires_at, '',
                ',"upload_expires_at":{"old":' || audit_json(OLD.upload_expires_at) ||
                ',"new":' || audit_json(NEW.upload_expires_at) || '}') ||
            iif(OLD.expires_at IS NEW.expires_at, '',
                ',"expires_at":{"old":' || audit_json(OLD.expires_at) ||
                ',"new":' || audit_json(NEW.expires_at) || '}'), 2) || '}');
END;

CREATE TRIGGER upload_request_after_delete_record
AFTER DELETE ON upload_request
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('upload_request', OLD.id, NULL, 'DELETE',
        '{"deleted":{' ||
            '"id":' || audit_json(OLD.id) ||
            ',"user_id":' || audit_json(OLD.user_id) ||
            ',"allowed_types":' || coalesce(OLD.allowed_types, 'null') ||
            ',"asset_id":' || audit_json(OLD.asset_id) ||
            ',"consumed_by":' || audit_json(OLD.consumed_by) ||
            ',"consumed_digest":' || iif(OLD.consumed_digest IS NULL, 'null', '"changed"') ||
            ',"created_at":' || audit_json(OLD.created_at) ||
            ',"upload_expires_at":' || audit_json(OLD.upload_expires_at) ||
            ',"expires_at":' || audit_json(OLD.expires_at) || '}' || '}');
END;
