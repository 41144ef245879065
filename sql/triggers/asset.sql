-- What is recorded of changes to asset.

CREATE TRIGGER asset_after_insert_record
AFTER INSERT ON asset
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('asset', NEW.id, NULL, 'CREATE',
        json_object('created', json_object(
            'id', NEW.id, 'sha256', lower(hex(NEW.sha256)),
            'media_type', NEW.media_type, 'size_bytes', NEW.size_bytes,
            'duration_ms', NEW.duration_ms, 'sample_rate', NEW.sample_rate,
            'channels', NEW.channels, 'codec', NEW.codec,
            'created_at', NEW.created_at, 'created_by', NEW.created_by)));
END;

CREATE TRIGGER asset_after_update_record
AFTER UPDATE ON asset
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('asset', NEW.id, NULL,
        'UPDATE',
        '{' || substr(
            iif(OLD.sha256 IS NEW.sha256, '',
                ',"sha256":{"old":' || json_quote(lower(hex(OLD.sha256))) ||
                ',"new":' || json_quote(lower(hex(NEW.sha256))) || '}') ||
            iif(OLD.media_type IS NEW.media_type, '',
                ',"media_type":{"old":' || json_quote(OLD.media_type) ||
                ',"new":' || json_quote(NEW.media_type) || '}') ||
            iif(OLD.size_bytes IS NEW.size_bytes, '',
                ',"size_bytes":{"old":' || json_quote(OLD.size_bytes) ||
                ',"new":' || json_quote(NEW.size_bytes) || '}') ||
            iif(OLD.duration_ms IS NEW.duration_ms, '',
                ',"duration_ms":{"old":' || json_quote(OLD.duration_ms) ||
                ',"new":' || json_quote(NEW.duration_ms) || '}') ||
            iif(OLD.sample_rate IS NEW.sample_rate, '',
                ',"sample_rate":{"old":' || json_quote(OLD.sample_rate) ||
                ',"new":' || json_quote(NEW.sample_rate) || '}') ||
            iif(OLD.channels IS NEW.channels, '',
                ',"channels":{"old":' || json_quote(OLD.channels) ||
                ',"new":' || json_quote(NEW.channels) || '}') ||
            iif(OLD.codec IS NEW.codec, '',
                ',"codec":{"old":' || json_quote(OLD.codec) ||
                ',"new":' || json_quote(NEW.codec) || '}') ||
            iif(OLD.created_by IS NEW.created_by, '',
                ',"created_by":{"old":' || json_quote(OLD.created_by) ||
                ',"new":' || json_quote(NEW.created_by) || '}'), 2) || '}');
END;

CREATE TRIGGER asset_after_delete_record
AFTER DELETE ON asset
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('asset', OLD.id, NULL, 'DELETE',
        json_object('deleted', json_object(
            'id', OLD.id, 'sha256', lower(hex(OLD.sha256)),
            'media_type', OLD.media_type, 'size_bytes', OLD.size_bytes,
            'duration_ms', OLD.duration_ms, 'sample_rate', OLD.sample_rate,
            'channels', OLD.channels, 'codec', OLD.codec,
            'created_at', OLD.created_at, 'created_by', OLD.created_by)));
END;
