-- What is recorded of changes to project.

CREATE TRIGGER project_before_delete_children
BEFORE DELETE ON project
BEGIN
    DELETE FROM prompt WHERE project_id = OLD.id;
END;

CREATE TRIGGER project_after_insert_record
AFTER INSERT ON project
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('project', NEW.id, NULL, 'CREATE',
        '{"created":{' ||
            '"id":' || audit_json(NEW.id) ||
            ',"team_id":' || audit_json(NEW.team_id) ||
            ',"name":' || audit_json(NEW.name) ||
            ',"slug":' || audit_json(NEW.slug) ||
            ',"created_at":' || audit_json(NEW.created_at) || '}}');
END;

CREATE TRIGGER project_after_update_record
AFTER UPDATE ON project
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('project', NEW.id, NULL,
        'UPDATE',
        '{' || substr(
            iif(OLD.team_id IS NEW.team_id, '',
                ',"team_id":{"old":' || audit_json(OLD.team_id) ||
                ',"new":' || audit_json(NEW.team_id) || '}') ||
            iif(OLD.name IS NEW.name, '',
                ',"name":{"old":' || audit_json(OLD.name) ||
                ',"new":' || audit_json(NEW.name) || '}') ||
            iif(OLD.slug IS NEW.slug, '',
                ',"slug":{"old":' || audit_json(OLD.slug) ||
                ',"new":' || audit_json(NEW.slug) || '}'), 2) || '}');
END;

CREATE TRIGGER project_after_delete_record
AFTER DELETE ON project
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('project', OLD.id, NULL, 'DELETE',
        '{"deleted":{' ||
            '"id":' || audit_json(OLD.id) ||
            ',"team_id":' || audit_json(OLD.team_id) ||
            ',"name":' || audit_json(OLD.name) ||
            ',"slug":' || audit_json(OLD.slug) ||
            ',"created_at":' || audit_json(OLD.created_at) || '}' || '}');
END;
