-- What is recorded of changes to organisation.

CREATE TRIGGER organisation_before_delete_children
BEFORE DELETE ON organisation
BEGIN
    DELETE FROM team WHERE organisation_id = OLD.id;
END;

CREATE TRIGGER organisation_after_insert_record
AFTER INSERT ON organisation
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('organisation', NEW.id, NULL, 'CREATE',
        '{"created":{' ||
            '"id":' || audit_json(NEW.id) ||
            ',"name":' || audit_json(NEW.name) ||
            ',"created_at":' || audit_json(NEW.created_at) || '}}');
END;

CREATE TRIGGER organisation_after_update_record
AFTER UPDATE ON organisation
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('organisation', NEW.id, NULL,
        'UPDATE',
        '{' || substr(
            iif(OLD.name IS NEW.name, '',
                ',"name":{"old":' || audit_json(OLD.name) ||
                ',"new":' || audit_json(NEW.name) || '}'), 2) || '}');
END;

CREATE TRIGGER organisation_after_delete_record
AFTER DELETE ON organisation
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('organisation', OLD.id, NULL, 'DELETE',
        '{"deleted":{' ||
            '"id":' || audit_json(OLD.id) ||
            ',"name":' || audit_json(OLD.name) ||
            ',"created_at":' || audit_json(OLD.created_at) || '}' || '}');
END;
