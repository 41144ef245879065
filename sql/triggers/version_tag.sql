-- What is recorded of changes to version_tag.

CREATE TRIGGER version_tag_after_insert_record
AFTER INSERT ON version_tag
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('version_tag', NEW.prompt_id || '/' || NEW.tag, NEW.prompt_id, 'CREATE',
        '{"created":' || audit_row(
            'tag', NEW.tag,
            'version', NEW.version,
            'created_at', NEW.created_at) || '}');
END;

CREATE TRIGGER version_tag_after_update_record
AFTER UPDATE ON version_tag
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('version_tag', NEW.prompt_id || '/' || NEW.tag, NEW.prompt_id,
        'UPDATE',
        audit_diff(
            'tag', OLD.tag, NEW.tag,
            'version', OLD.version, NEW.version));
END;

CREATE TRIGGER version_tag_after_delete_record
AFTER DELETE ON version_tag
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('version_tag', OLD.prompt_id || '/' || OLD.tag, OLD.prompt_id, 'DELETE',
        '{"deleted":' || audit_row(
            'tag', OLD.tag,
            'version', OLD.version,
            'created_at', OLD.created_at) || '}');
END;
