-- What is recorded of changes to asset.

CREATE TRIGGER asset_after_insert_record
AFTER INSERT ON asset
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('asset', NEW.id, NULL, 'CREATE',
        '{"created":{' ||
            '"id":' || audit_json(NEW.id) ||
            ',"sha256":' || audit_json(lower(hex(NEW.sha256))) ||
            ',"media_type":' || audit_json(NEW.media_type) ||
            ',"size_bytes":' || audit_json(NEW.size_bytes) ||
            ',"duration_ms":' || audit_json(NEW.duration_ms) ||
            ',"sample_rate":' || audit_json(NEW.sample_rate) ||
            ',"channels":' || audit_json(NEW.channels) ||
            ',"codec":' || audit_json(NEW.codec) ||
            ',"created_at":' || audit_json(NEW.created_at) ||
            ',"created_by":' || audit_json(NEW.created_by) || '}}');
END;

CREATE TRIGGER asset_after_update_record
AFTER UPDATE ON asset
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('asset', NEW.id, NULL,
        'UPDATE',
        '{' || substr(
            iif(OLD.sha256 IS NEW.sha256, '',
                ',"sha256":{"old":' || audit_json(lower(hex(OLD.sha256))) ||
                ',"new":' || audit_json(lower(hex(NEW.sha256))) || '}') ||
            iif(OLD.media_type IS NEW.media_type, '',
                ',"media_type":{"old":' || audit_json(OLD.media_type) ||
                ',"new":' || audit_json(NEW.media_type) || '}') ||
            iif(OLD.size_bytes IS NEW.size_bytes, '',
                ',"size_bytes":{"old":' || audit_json(OLD.size_bytes) ||
                ',"new":' || audit_json(NEW.size_bytes) || '}') ||
            iif(OLD.duration_ms IS NEW.duration_ms, '',
                ',"duration_ms":{"old":' || audit_json(OLD.duration_ms) ||
                ',"new":' || audit_json(NEW.duration_ms) || '}') ||
            iif(OLD.sample_rate IS NEW.sample_rate, '',
                ',"sample_rate":{"old":' || audit_json(OLD.sample_rate) ||
                ',"new":' || audit_json(NEW.sample_rate) || '}') ||
            iif(OLD.channels IS NEW.channels, '',
                ',"channels":{"old":' || audit_json(OLD.channels) ||
                ',"new":' || audit_json(NEW.channels) || '}') ||
            iif(OLD.codec IS NEW.codec, '',
                ',"codec":{"old":' || audit_json(OLD.codec) ||
                ',"new":' || audit_json(NEW.codec) || '}') ||
            iif(OLD.created_by IS NEW.created_by, '',
                ',"created_by":{"old":' || audit_json(OLD.created_by) ||
                ',"new":' || audit_json(NEW.created_by) || '}'), 2) || '}');
END;

CREATE TRIGGER asset_after_delete_record
AFTER DELETE ON asset
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('asset', OLD.id, NULL, 'DELETE',
        '{"deleted":{' ||
            '"id":' || audit_json(OLD.id) ||
            ',"sha256":' || audit_json(lower(hex(OLD.sha256))) ||
            ',"media_type":' || audit_json(OLD.media_type) ||
            ',"size_bytes":' || audit_json(OLD.size_bytes) ||
            ',"duration_ms":' || audit_json(OLD.duration_ms) ||
            ',"sample_rate":' || audit_json(OLD.sample_rate) ||
            ',"channels":' || audit_json(OLD.channels) ||
            ',"codec":' || audit_json(OLD.codec) ||
            ',"created_at":' || audit_json(OLD.created_at) ||
            ',"created_by":' || audit_json(OLD.created_by) || '}' || '}');
END;
