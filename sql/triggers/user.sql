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
        json_object('created', json_object(
            'id', NEW.id, 'email', NEW.email, 'name', NEW.name,
            'password_hash', iif(NEW.password_hash IS NULL, NULL, 'changed'),
            'role', NEW.role, 'is_admin', NEW.is_admin,
            'is_verified', NEW.is_verified, 'created_at', NEW.created_at)));
END;

CREATE TRIGGER user_after_update_record
AFTER UPDATE ON user
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('user', NEW.id, NULL,
        'UPDATE',
        '{' || substr(
            iif(OLD.email IS NEW.email, '',
                ',"email":{"old":' || json_quote(OLD.email) ||
                ',"new":' || json_quote(NEW.email) || '}') ||
            iif(OLD.name IS NEW.name, '',
                ',"name":{"old":' || json_quote(OLD.name) ||
                ',"new":' || json_quote(NEW.name) || '}') ||
            iif(OLD.password_hash IS NEW.password_hash, '',
                ',"password_hash":{"old":' || '"changed"' ||
                ',"new":' || '"changed"' || '}') ||
            iif(OLD.role IS NEW.role, '',
                ',"role":{"old":' || json_quote(OLD.role) ||
                ',"new":' || json_quote(NEW.role) || '}') ||
            iif(OLD.is_admin IS NEW.is_admin, '',
                ',"is_admin":{"old":' || json_quote(OLD.is_admin) ||
                ',"new":' || json_quote(NEW.is_admin) || '}') ||
            iif(OLD.is_verified IS NEW.is_verified, '',
                ',"is_verified":{"old":' || json_quote(OLD.is_verified) ||
                ',"new":' || json_quote(NEW.is_verified) || '}'), 2) || '}');
END;

CREATE TRIGGER user_after_delete_record
AFTER DELETE ON user
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('user', OLD.id, NULL, 'DELETE',
        json_object('deleted', json_object(
            'id', OLD.id, 'email', OLD.email, 'name', OLD.name,
            'password_hash', iif(OLD.password_hash IS NULL, NULL, 'changed'),
            'role', OLD.role, 'is_admin', OLD.is_admin,
            'is_verified', OLD.is_verified, 'created_at', OLD.created_at)));
END;
