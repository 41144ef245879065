-- What is recorded of changes to payload.

CREATE TRIGGER payload_after_insert_record
AFTER INSERT ON payload
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('payload', NEW.id, NEW.prompt_id, 'CREATE',
        '{"created":{' ||
            '"id":' || audit_json(NEW.id) ||
            ',"name":' || audit_json(NEW.name) ||
            ',"variables":' || coalesce(NEW.variables, 'null') ||
            ',"created_at":' || audit_json(NEW.created_at) ||
            ',"updated_at":' || audit_json(NEW.updated_at) ||
            ',"revision":' || audit_json(NEW.revision) || '}}');
END;

CREATE TRIGGER payload_after_update_record
AFTER UPDATE ON payload
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('payload', NEW.id, NEW.prompt_id,
        'UPDATE',
        '{' || substr(
            iif(OLD.name IS NEW.name, '',
                ',"name":{"old":' || audit_json(OLD.name) ||
                ',"new":' || audit_json(NEW.name) || '}') ||
            iif(OLD.variables IS NEW.variables, '',
                ',"variables":{"old":' || coalesce(OLD.variables, 'null') ||
                ',"new":' || coalesce(NEW.variables, 'null') || '}'), 2) || '}');
END;

CREATE TRIGGER payload_after_delete_record
AFTER DELETE ON payload
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('payload', OLD.id, OLD.prompt_id, 'DELETE',
        '{"deleted":{' ||
            '"id":' || audit_json(OLD.id) ||
            ',"name":' || audit_json(OLD.name) ||
            ',"variables":' || coalesce(OLD.variables, 'null') ||
            ',"created_at":' || audit_json(OLD.created_at) ||
            ',"updated_at":' || audit_json(OLD.updated_at) ||
            ',"revision":' || audit_json(OLD.revision) || '}' || '}');
END;
