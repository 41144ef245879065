-- What is recorded of changes to organisation.

CREATE TRIGGER organisation_before_delete_children
BEFORE DELETE ON organisation
BEGIN
    DELETE FROM token WHERE organisation_id = OLD.id;
    DELETE FROM team WHERE organisation_id = OLD.id;
END;

CREATE TRIGGER organisation_after_insert_record
AFTER INSERT ON organisation
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('organisation', NEW.id, NULL, 'CREATE',
        '{"created":' || audit_row(
            'id', NEW.id,
            'name', NEW.name,
            'created_at', NEW.created_at) || '}');
END;

CREATE TRIGGER organisation_after_update_record
AFTER UPDATE ON organisation
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('organisation', NEW.id, NULL,
        'UPDATE',
        audit_diff(
            'name', OLD.name, NEW.name));
END;

CREATE TRIGGER organisation_after_delete_record
AFTER DELETE ON organisation
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('organisation', OLD.id, NULL, 'DELETE',
        '{"deleted":' || audit_row(
            'id', OLD.id,
            'name', OLD.name,
            'created_at', OLD.created_at) || '}');
END;
