-- What is recorded of changes to payload.

CREATE TRIGGER payload_after_insert_record
AFTER INSERT ON payload
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('payload', NEW.id, NEW.prompt_id, 'CREATE',
        '{"created":' || audit_row(
            'id', NEW.id,
            'name', NEW.name,
            'variables json', NEW.variables,
            'created_at', NEW.created_at,
            'updated_at', NEW.updated_at,
            'revision', NEW.revision) || '}');
END;

CREATE TRIGGER payload_after_update_record
AFTER UPDATE ON payload
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('payload', NEW.id, NEW.prompt_id,
        'UPDATE',
        audit_diff(
            'name', OLD.name, NEW.name,
            'variables json', OLD.variables, NEW.variables));
END;

CREATE TRIGGER payload_after_delete_record
AFTER DELETE ON payload
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('payload', OLD.id, OLD.prompt_id, 'DELETE',
        '{"deleted":' || audit_row(
            'id', OLD.id,
            'name', OLD.name,
            'variables json', OLD.variables,
            'created_at', OLD.created_at,
            'updated_at', OLD.updated_at,
            'revision', OLD.revision) || '}');
END;
