-- What is recorded of changes to asset.

CREATE TRIGGER asset_after_insert_record
AFTER INSERT ON asset
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('asset', NEW.id, NULL, 'CREATE',
        '{"created":' || audit_row(
            'id', NEW.id,
            'sha256', lower(hex(NEW.sha256)),
            'media_type', NEW.media_type,
            'size_bytes', NEW.size_bytes,
            'duration_ms', NEW.duration_ms,
            'sample_rate', NEW.sample_rate,
            'channels', NEW.channels,
            'codec', NEW.codec,
            'created_at', NEW.created_at,
            'created_by', NEW.created_by) || '}');
END;

CREATE TRIGGER asset_after_update_record
AFTER UPDATE ON asset
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('asset', NEW.id, NULL,
        'UPDATE',
        audit_diff(
            'sha256', lower(hex(OLD.sha256)), lower(hex(NEW.sha256)),
            'media_type', OLD.media_type, NEW.media_type,
            'size_bytes', OLD.size_bytes, NEW.size_bytes,
            'duration_ms', OLD.duration_ms, NEW.duration_ms,
            'sample_rate', OLD.sample_rate, NEW.sample_rate,
            'channels', OLD.channels, NEW.channels,
            'codec', OLD.codec, NEW.codec,
            'created_by', OLD.created_by, NEW.created_by));
END;

CREATE TRIGGER asset_after_delete_record
AFTER DELETE ON asset
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('asset', OLD.id, NULL, 'DELETE',
        '{"deleted":' || audit_row(
            'id', OLD.id,
            'sha256', lower(hex(OLD.sha256)),
            'media_type', OLD.media_type,
            'size_bytes', OLD.size_bytes,
            'duration_ms', OLD.duration_ms,
            'sample_rate', OLD.sample_rate,
            'channels', OLD.channels,
            'codec', OLD.codec,
            'created_at', OLD.created_at,
            'created_by', OLD.created_by) || '}');
END;
