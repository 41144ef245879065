-- What is recorded of changes to user.

CREATE TRIGGER user_before_delete_children
BEFORE DELETE ON user
BEGIN
    DELETE FROM token WHERE user_id = OLD.id;
    DELETE FROM membership WHERE user_id = OLD.id;
END;

CREATE TRIGGER user_after_insert_record
AFTER INSERT ON user
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('user', NEW.id, NULL, 'CREATE',
        '{"created":{' ||
            '"id":' || audit_json(NEW.id) ||
            ',"email":' || audit_json(NEW.email) ||
            ',"name":' || audit_json(NEW.name) ||
            ',"password_hash":' || iif(NEW.password_hash IS NULL, 'null', '"changed"') ||
            ',"role":' || audit_json(NEW.role) ||
            ',"is_admin":' || audit_json(NEW.is_admin) ||
            ',"is_verified":' || audit_json(NEW.is_verified) ||
            ',"created_at":' || audit_json(NEW.created_at) || '}}');
END;

CREATE TRIGGER user_after_update_record
AFTER UPDATE ON user
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('user', NEW.id, NULL,
        'UPDATE',
        '{' || substr(
            iif(OLD.email IS NEW.email, '',
                ',"email":{"old":' || audit_json(OLD.email) ||
                ',"new":' || audit_json(NEW.email) || '}') ||
            iif(OLD.name IS NEW.name, '',
                ',"name":{"old":' || audit_json(OLD.name) ||
                ',"new":' || audit_json(NEW.name) || '}') ||
            iif(OLD.password_hash IS NEW.password_hash, '',
                ',"password_hash":{"old":' || iif(OLD.password_hash IS NULL, 'null', '"changed"') ||
                ',"new":' || iif(NEW.password_hash IS NULL, 'null', '"changed"') || '}') ||
            iif(OLD.role IS NEW.role, '',
                ',"role":{"old":' || audit_json(OLD.role) ||
                ',"new":' || audit_json(NEW.role) || '}') ||
            iif(OLD.is_admin IS NEW.is_admin, '',
                ',"is_admin":{"old":' || audit_json(OLD.is_admin) ||
                ',"new":' || audit_json(NEW.is_admin) || '}') ||
            iif(OLD.is_verified IS NEW.is_verified, '',
                ',"is_verified":{"old":' || audit_json(OLD.is_verified) ||
                ',"new":' || audit_json(NEW.is_verified) || '}'), 2) || '}');
END;

CREATE TRIGGER user_after_delete_record
AFTER DELETE ON user
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('user', OLD.id, NULL, 'DELETE',
        '{"deleted":{' ||
            '"id":' || audit_json(OLD.id) ||
            ',"email":' || audit_json(OLD.email) ||
            ',"name":' || audit_json(OLD.name) ||
            ',"password_hash":' || iif(OLD.password_hash IS NULL, 'null', '"changed"') ||
            ',"role":' || audit_json(OLD.role) ||
            ',"is_admin":' || audit_json(OLD.is_admin) ||
            ',"is_verified":' || audit_json(OLD.is_verified) ||
            ',"created_at":' || audit_json(OLD.created_at) || '}' || '}');
END;
