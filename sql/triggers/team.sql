-- What is recorded of changes to team.

-- A key ends with the last of its teams: without any it would open them all.
CREATE TRIGGER team_before_delete_children
BEFORE DELETE ON team
BEGIN
    DELETE FROM token
    WHERE id IN (SELECT token_id
                 FROM token_team
                 WHERE team_id = OLD.id)
      AND NOT EXISTS (SELECT 1
                      FROM token_team AS b
                      WHERE b.token_id = token.id
                        AND b.team_id <> OLD.id);
    DELETE FROM token_team WHERE team_id = OLD.id;
    DELETE FROM project WHERE team_id = OLD.id;
    DELETE FROM membership WHERE team_id = OLD.id;
END;

CREATE TRIGGER team_after_insert_record
AFTER INSERT ON team
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('team', NEW.id, NULL, 'CREATE',
        '{"created":' || audit_row(
            'id', NEW.id,
            'organisation_id', NEW.organisation_id,
            'name', NEW.name,
            'created_at', NEW.created_at) || '}');
END;

CREATE TRIGGER team_after_update_record
AFTER UPDATE ON team
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('team', NEW.id, NULL,
        'UPDATE',
        audit_diff(
            'organisation_id', OLD.organisation_id, NEW.organisation_id,
            'name', OLD.name, NEW.name));
END;

CREATE TRIGGER team_after_delete_record
AFTER DELETE ON team
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('team', OLD.id, NULL, 'DELETE',
        '{"deleted":' || audit_row(
            'id', OLD.id,
            'organisation_id', OLD.organisation_id,
            'name', OLD.name,
            'created_at', OLD.created_at) || '}');
END;
