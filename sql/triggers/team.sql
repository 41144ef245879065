-- What is recorded of changes to team.

CREATE TRIGGER team_before_delete_children
BEFORE DELETE ON team
BEGIN
    DELETE FROM token_team WHERE team_id = OLD.id;
    DELETE FROM project WHERE team_id = OLD.id;
    DELETE FROM membership WHERE team_id = OLD.id;
END;

CREATE TRIGGER team_after_insert_record
AFTER INSERT ON team
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('team', NEW.id, NULL, 'CREATE',
        json_object('created', json_object(
            'id', NEW.id, 'organisation_id', NEW.organisation_id,
            'name', NEW.name, 'created_at', NEW.created_at)));
END;

CREATE TRIGGER team_after_update_record
AFTER UPDATE ON team
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('team', NEW.id, NULL,
        'UPDATE',
        '{' || substr(
            iif(OLD.organisation_id IS NEW.organisation_id, '',
                ',"organisation_id":{"old":' || json_quote(OLD.organisation_id) ||
                ',"new":' || json_quote(NEW.organisation_id) || '}') ||
            iif(OLD.name IS NEW.name, '',
                ',"name":{"old":' || json_quote(OLD.name) ||
                ',"new":' || json_quote(NEW.name) || '}'), 2) || '}');
END;

CREATE TRIGGER team_after_delete_record
AFTER DELETE ON team
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('team', OLD.id, NULL, 'DELETE',
        json_object('deleted', json_object(
            'id', OLD.id, 'organisation_id', OLD.organisation_id,
            'name', OLD.name, 'created_at', OLD.created_at)));
END;
