-- What is recorded of changes to external_reference.

CREATE TRIGGER external_reference_after_insert_record
AFTER INSERT ON external_reference
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('external_reference',
        NEW.source || '/' || NEW.entity || '/' || NEW.foreign_id,
        NEW.prompt_id, 'CREATE',
        '{"created":' || audit_row(
            'source', NEW.source,
            'entity', NEW.entity,
            'foreign_id', NEW.foreign_id,
            'prompt_id', NEW.prompt_id,
            'user_id', NEW.user_id,
            'created_at', NEW.created_at) || '}');
END;

-- A reference is made and deleted, never changed.
CREATE TRIGGER external_reference_before_update_refuse
BEFORE UPDATE ON external_reference
BEGIN
    SELECT RAISE(ABORT, 'external_reference: rows are never changed');
END;

CREATE TRIGGER external_reference_after_delete_record
AFTER DELETE ON external_reference
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('external_reference',
        OLD.source || '/' || OLD.entity || '/' || OLD.foreign_id,
        OLD.prompt_id, 'DELETE',
        '{"deleted":' || audit_row(
            'source', OLD.source,
            'entity', OLD.entity,
            'foreign_id', OLD.foreign_id,
            'prompt_id', OLD.prompt_id,
            'user_id', OLD.user_id,
            'created_at', OLD.created_at) || '}');
END;
