-- What is recorded of changes to upload_request.

CREATE TRIGGER upload_request_after_insert_record
AFTER INSERT ON upload_request
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('upload_request', NEW.id, NULL, 'CREATE',
        '{"created":' || audit_row(
            'id', NEW.id,
            'user_id', NEW.user_id,
            'allowed_types json', NEW.allowed_types,
            'asset_id', NEW.asset_id,
            'consumed_by', NEW.consumed_by,
            'consumed_digest secret', NEW.consumed_digest,
            'created_at', NEW.created_at,
            'upload_expires_at', NEW.upload_expires_at,
            'expires_at', NEW.expires_at) || '}');
END;

CREATE TRIGGER upload_request_after_update_record
AFTER UPDATE ON upload_request
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('upload_request', NEW.id, NULL,
        'UPDATE',
        audit_diff(
            'user_id', OLD.user_id, NEW.user_id,
            'allowed_types json', OLD.allowed_types, NEW.allowed_types,
            'asset_id', OLD.asset_id, NEW.asset_id,
            'consumed_by', OLD.consumed_by, NEW.consumed_by,
            'consumed_digest secret', OLD.consumed_digest, NEW.consumed_digest,
            'upload_expires_at', OLD.upload_expires_at, NEW.upload_expires_at,
            'expires_at', OLD.expires_at, NEW.expires_at));
END;

CREATE TRIGGER upload_request_after_delete_record
AFTER DELETE ON upload_request
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('upload_request', OLD.id, NULL, 'DELETE',
        '{"deleted":' || audit_row(
            'id', OLD.id,
            'user_id', OLD.user_id,
            'allowed_types json', OLD.allowed_types,
            'asset_id', OLD.asset_id,
            'consumed_by', OLD.consumed_by,
            'consumed_digest secret', OLD.consumed_digest,
            'created_at', OLD.created_at,
            'upload_expires_at', OLD.upload_expires_at,
            'expires_at', OLD.expires_at) || '}');
END;
