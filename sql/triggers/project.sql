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
        '{"created":' || audit_row(
            'id', NEW.id,
            'team_id', NEW.team_id,
            'name', NEW.name,
            'slug', NEW.slug,
            'created_at', NEW.created_at) || '}');
END;

CREATE TRIGGER project_after_update_record
AFTER UPDATE ON project
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('project', NEW.id, NULL,
        'UPDATE',
        audit_diff(
            'team_id', OLD.team_id, NEW.team_id,
            'name', OLD.name, NEW.name,
            'slug', OLD.slug, NEW.slug));
END;

CREATE TRIGGER project_after_delete_record
AFTER DELETE ON project
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('project', OLD.id, NULL, 'DELETE',
        '{"deleted":' || audit_row(
            'id', OLD.id,
            'team_id', OLD.team_id,
            'name', OLD.name,
            'slug', OLD.slug,
            'created_at', OLD.created_at) || '}');
END;
