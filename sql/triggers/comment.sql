-- What is recorded of changes to comment.

CREATE TRIGGER comment_after_insert_record
AFTER INSERT ON comment
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('comment', NEW.id, NEW.prompt_id, 'CREATE',
        '{"created":{' ||
            '"id":' || audit_json(NEW.id) ||
            ',"parent_id":' || audit_json(NEW.parent_id) ||
            ',"content":' || audit_json(NEW.content) ||
            ',"author_id":' || audit_json(NEW.author_id) ||
            ',"created_at":' || audit_json(NEW.created_at) ||
            ',"updated_at":' || audit_json(NEW.updated_at) || '}}');
END;

CREATE TRIGGER comment_after_update_record
AFTER UPDATE ON comment
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('comment', NEW.id, NEW.prompt_id,
        'UPDATE',
        '{' || substr(
            iif(OLD.parent_id IS NEW.parent_id, '',
                ',"parent_id":{"old":' || audit_json(OLD.parent_id) ||
                ',"new":' || audit_json(NEW.parent_id) || '}') ||
            iif(OLD.content IS NEW.content, '',
                ',"content":{"old":' || audit_json(OLD.content) ||
                ',"new":' || audit_json(NEW.content) || '}') ||
            iif(OLD.author_id IS NEW.author_id, '',
                ',"author_id":{"old":' || audit_json(OLD.author_id) ||
                ',"new":' || audit_json(NEW.author_id) || '}') ||
            iif(OLD.created_at IS NEW.created_at, '',
                ',"created_at":{"old":' || audit_json(OLD.created_at) ||
                ',"new":' || audit_json(NEW.created_at) || '}'), 2) || '}');
END;

CREATE TRIGGER comment_after_delete_record
AFTER DELETE ON comment
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('comment', OLD.id, OLD.prompt_id, 'DELETE',
        '{"deleted":{' ||
            '"id":' || audit_json(OLD.id) ||
            ',"parent_id":' || audit_json(OLD.parent_id) ||
            ',"content":' || audit_json(OLD.content) ||
            ',"author_id":' || audit_json(OLD.author_id) ||
            ',"created_at":' || audit_json(OLD.created_at) ||
            ',"updated_at":' || audit_json(OLD.updated_at) || '}' || '}');
END;
