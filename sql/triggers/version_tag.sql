-- What is recorded of changes to version_tag.

CREATE TRIGGER version_tag_after_insert_record
AFTER INSERT ON version_tag
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('version_tag', NEW.prompt_id || '/' || NEW.tag, NEW.prompt_id, 'CREATE',
        '{"created":{' ||
            '"tag":' || audit_json(NEW.tag) ||
            ',"version":' || audit_json(NEW.version) ||
            ',"created_at":' || audit_json(NEW.created_at) || '}}');
END;

CREATE TRIGGER version_tag_after_update_record
AFTER UPDATE ON version_tag
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('version_tag', NEW.prompt_id || '/' || NEW.tag, NEW.prompt_id,
        'UPDATE',
        '{' || substr(
            iif(OLD.tag IS NEW.tag, '',
                ',"tag":{"old":' || audit_json(OLD.tag) ||
                ',"new":' || audit_json(NEW.tag) || '}') ||
            iif(OLD.version IS NEW.version, '',
                ',"version":{"old":' || audit_json(OLD.version) ||
                ',"new":' || audit_json(NEW.version) || '}'), 2) || '}');
END;

CREATE TRIGGER version_tag_after_delete_record
AFTER DELETE ON version_tag
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('version_tag', OLD.prompt_id || '/' || OLD.tag, OLD.prompt_id, 'DELETE',
        '{"deleted":{' ||
            '"tag":' || audit_json(OLD.tag) ||
            ',"version":' || audit_json(OLD.version) ||
            ',"created_at":' || audit_json(OLD.created_at) || '}' || '}');
END;
