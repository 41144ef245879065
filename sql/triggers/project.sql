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
        json_object('created', json_object(
            'id', NEW.id, 'team_id', NEW.team_id, 'name', NEW.name,
            'slug', NEW.slug, 'created_at', NEW.created_at)));
END;

CREATE TRIGGER project_after_update_record
AFTER UPDATE ON project
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('project', NEW.id, NULL,
        'UPDATE',
        '{' || substr(
            iif(OLD.team_id IS NEW.team_id, '',
                ',"team_id":{"old":' || json_quote(OLD.team_id) ||
                ',"new":' || json_quote(NEW.team_id) || '}') ||
            iif(OLD.name IS NEW.name, '',
                ',"name":{"old":' || json_quote(OLD.name) ||
                ',"new":' || json_quote(NEW.name) || '}') ||
            iif(OLD.slug IS NEW.slug, '',
                ',"slug":{"old":' || json_quote(OLD.slug) ||
                ',"new":' || json_quote(NEW.slug) || '}'), 2) || '}');
END;

CREATE TRIGGER project_after_delete_record
AFTER DELETE ON project
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('project', OLD.id, NULL, 'DELETE',
        json_object('deleted', json_object(
            'id', OLD.id, 'team_id', OLD.team_id, 'name', OLD.name,
            'slug', OLD.slug, 'created_at', OLD.created_at)));
END;
