-- What is recorded of changes to membership.

CREATE TRIGGER membership_after_insert_record
AFTER INSERT ON membership
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('membership', NEW.team_id || '/' || NEW.user_id, NULL, 'CREATE',
        '{"created":' || audit_row(
            'team_id', NEW.team_id,
            'user_id', NEW.user_id,
            'role', NEW.role,
            'created_at', NEW.created_at) || '}');
END;

CREATE TRIGGER membership_after_update_record
AFTER UPDATE ON membership
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('membership', NEW.team_id || '/' || NEW.user_id, NULL,
        'UPDATE',
        audit_diff(
            'team_id', OLD.team_id, NEW.team_id,
            'user_id', OLD.user_id, NEW.user_id,
            'role', OLD.role, NEW.role));
END;

CREATE TRIGGER membership_after_delete_record
AFTER DELETE ON membership
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('membership', OLD.team_id || '/' || OLD.user_id, NULL, 'DELETE',
        '{"deleted":' || audit_row(
            'team_id', OLD.team_id,
            'user_id', OLD.user_id,
            'role', OLD.role,
            'created_at', OLD.created_at) || '}');
END;
