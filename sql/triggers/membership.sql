-- What is recorded of changes to membership.

CREATE TRIGGER membership_after_insert_record
AFTER INSERT ON membership
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('membership', NEW.team_id || '/' || NEW.user_id, NULL, 'CREATE',
        json_object('created', json_object(
            'team_id', NEW.team_id, 'user_id', NEW.user_id, 'role', NEW.role,
            'created_at', NEW.created_at)));
END;

CREATE TRIGGER membership_after_update_record
AFTER UPDATE ON membership
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('membership', NEW.team_id || '/' || NEW.user_id, NULL,
        'UPDATE',
        '{' || substr(
            iif(OLD.team_id IS NEW.team_id, '',
                ',"team_id":{"old":' || json_quote(OLD.team_id) ||
                ',"new":' || json_quote(NEW.team_id) || '}') ||
            iif(OLD.user_id IS NEW.user_id, '',
                ',"user_id":{"old":' || json_quote(OLD.user_id) ||
                ',"new":' || json_quote(NEW.user_id) || '}') ||
            iif(OLD.role IS NEW.role, '',
                ',"role":{"old":' || json_quote(OLD.role) ||
                ',"new":' || json_quote(NEW.role) || '}'), 2) || '}');
END;

CREATE TRIGGER membership_after_delete_record
AFTER DELETE ON membership
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('membership', OLD.team_id || '/' || OLD.user_id, NULL, 'DELETE',
        json_object('deleted', json_object(
            'team_id', OLD.team_id, 'user_id', OLD.user_id, 'role', OLD.role,
            'created_at', OLD.created_at)));
END;
