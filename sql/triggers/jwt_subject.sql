-- What is recorded of changes to jwt_subject.

CREATE TRIGGER jwt_subject_after_insert_record
AFTER INSERT ON jwt_subject
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('jwt_subject', NEW.id, NULL, 'CREATE',
        '{"created":' || audit_row(
            'id', NEW.id,
            'issuer', NEW.issuer,
            'subject', NEW.subject,
            'user_id', NEW.user_id,
            'created_at', NEW.created_at) || '}');
END;

-- A subject is somebody or it is not, it never becomes somebody else.
CREATE TRIGGER jwt_subject_before_update_refuse
BEFORE UPDATE ON jwt_subject
BEGIN
    SELECT RAISE(ABORT, 'jwt_subject: rows are never changed');
END;

CREATE TRIGGER jwt_subject_after_delete_record
AFTER DELETE ON jwt_subject
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('jwt_subject', OLD.id, NULL, 'DELETE',
        '{"deleted":' || audit_row(
            'id', OLD.id,
            'issuer', OLD.issuer,
            'subject', OLD.subject,
            'user_id', OLD.user_id,
            'created_at', OLD.created_at) || '}');
END;
