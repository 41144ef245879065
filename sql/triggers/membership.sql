-- What is recorded of changes to membership.

CREATE TRIGGER membership_after_insert_record
AFTER INSERT ON membership
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('membership', NEW.team_id || '/' || NEW.user_id, NULL, 'CREATE',
        '{"created":{' ||
            '"team_id":' || audit_json(NEW.team_id) ||
            ',"user_id":' || audit_json(NEW.user_id) ||
            ',"role":' || audit_json(NEW.role) ||
            ',"created_at":' || audit_json(NEW.created_at) || '}}');
END;

CREATE TRIGGER membership_after_update_record
AFTER UPDATE ON membership
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('membership', NEW.team_id || '/' || NEW.user_id, NULL,
        'UPDATE',
        '{' || substr(
            iif(OLD.team_id IS NEW.team_id, '',
                ',"team_id":{"old":' || audit_json(OLD.team_id) ||
                ',"new":' || audit_json(NEW.team_id) || '}') ||
            iif(OLD.user_id IS NEW.user_id, '',
                ',"user_id":{"old":' || audit_json(OLD.user_id) ||
                ',"new":' || audit_json(NEW.user_id) || '}') ||
            iif(OLD.role IS NEW.role, '',
                ',"role":{"old":' || audit_json(OLD.role) ||
                ',"new":' || audit_json(NEW.role) || '}'), 2) || '}');
END;

CREATE TRIGGER membership_after_delete_record
AFTER DELETE ON membership
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('membership', OLD.team_id || '/' || OLD.user_id, NULL, 'DELETE',
        '{"deleted":{' ||
            '"team_id":' || audit_json(OLD.team_id) ||
            ',"user_id":' || audit_json(OLD.user_id) ||
            ',"role":' || audit_json(OLD.role) ||
            ',"created_at":' || audit_json(OLD.created_at) || '}' || '}');
END;
