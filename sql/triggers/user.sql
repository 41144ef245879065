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
        '{"created":' || audit_row(
            'id', NEW.id,
            'email', NEW.email,
            'name', NEW.name,
            'password_hash secret', NEW.password_hash,
            'role', NEW.role,
            'is_admin', NEW.is_admin,
            'is_verified', NEW.is_verified,
            'created_at', NEW.created_at) || '}');
END;

CREATE TRIGGER user_after_update_record
AFTER UPDATE ON user
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('user', NEW.id, NULL,
        'UPDATE',
        audit_diff(
            'email', OLD.email, NEW.email,
            'name', OLD.name, NEW.name,
            'password_hash secret', OLD.password_hash, NEW.password_hash,
            'role', OLD.role, NEW.role,
            'is_admin', OLD.is_admin, NEW.is_admin,
            'is_verified', OLD.is_verified, NEW.is_verified));
END;

CREATE TRIGGER user_after_delete_record
AFTER DELETE ON user
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('user', OLD.id, NULL, 'DELETE',
        '{"deleted":' || audit_row(
            'id', OLD.id,
            'email', OLD.email,
            'name', OLD.name,
            'password_hash secret', OLD.password_hash,
            'role', OLD.role,
            'is_admin', OLD.is_admin,
            'is_verified', OLD.is_verified,
            'created_at', OLD.created_at) || '}');
END;

CREATE TRIGGER user_before_delete_subjects
BEFORE DELETE ON user
BEGIN
    DELETE FROM jwt_subject WHERE user_id = OLD.id;
END;
