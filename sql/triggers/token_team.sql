-- What is recorded of changes to token_team.

CREATE TRIGGER token_team_after_insert_record
AFTER INSERT ON token_team
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('token_team', NEW.token_id || '/' || NEW.team_id, NULL, 'CREATE',
        '{"created":' || audit_row(
            'token_id', NEW.token_id,
            'team_id', NEW.team_id) || '}');
END;

CREATE TRIGGER token_team_after_delete_record
AFTER DELETE ON token_team
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('token_team', OLD.token_id || '/' || OLD.team_id, NULL, 'DELETE',
        '{"deleted":' || audit_row(
            'token_id', OLD.token_id,
            'team_id', OLD.team_id) || '}');
END;
