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
        '{"created":{' ||
            '"id":' || audit_json(NEW.id) ||
            ',"organisation_id":' || audit_json(NEW.organisation_id) ||
            ',"name":' || audit_json(NEW.name) ||
            ',"created_at":' || audit_json(NEW.created_at) || '}}');
END;

CREATE TRIGGER team_after_update_record
AFTER UPDATE ON team
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('team', NEW.id, NULL,
        'UPDATE',
        '{' || substr(
            iif(OLD.organisation_id IS NEW.organisation_id, '',
                ',"organisation_id":{"old":' || audit_json(OLD.organisation_id) ||
                ',"new":' || audit_json(NEW.organisation_id) || '}') ||
            iif(OLD.name IS NEW.name, '',
                ',"name":{"old":' || audit_json(OLD.name) ||
                ',"new":' || audit_json(NEW.name) || '}'), 2) || '}');
END;

CREATE TRIGGER team_after_delete_record
AFTER DELETE ON team
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('team', OLD.id, NULL, 'DELETE',
        '{"deleted":{' ||
            '"id":' || audit_json(OLD.id) ||
            ',"organisation_id":' || audit_json(OLD.organisation_id) ||
            ',"name":' || audit_json(OLD.name) ||
            ',"created_at":' || audit_json(OLD.created_at) || '}' || '}');
END;
