-- What is recorded of changes to comment.

CREATE TRIGGER comment_after_insert_record
AFTER INSERT ON comment
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('comment', NEW.id, NEW.prompt_id, 'CREATE',
        json_object('created', json_object(
            'id', NEW.id, 'parent_id', NEW.parent_id, 'content', NEW.content,
            'author_id', NEW.author_id, 'created_at', NEW.created_at,
            'updated_at', NEW.updated_at)));
END;

CREATE TRIGGER comment_after_update_record
AFTER UPDATE ON comment
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('comment', NEW.id, NEW.prompt_id,
        'UPDATE',
        '{' || substr(
            iif(OLD.parent_id IS NEW.parent_id, '',
                ',"parent_id":{"old":' || json_quote(OLD.parent_id) ||
                ',"new":' || json_quote(NEW.parent_id) || '}') ||
            iif(OLD.content IS NEW.content, '',
                ',"content":{"old":' || json_quote(OLD.content) ||
                ',"new":' || json_quote(NEW.content) || '}') ||
            iif(OLD.author_id IS NEW.author_id, '',
                ',"author_id":{"old":' || json_quote(OLD.author_id) ||
                ',"new":' || json_quote(NEW.author_id) || '}') ||
            iif(OLD.created_at IS NEW.created_at, '',
                ',"created_at":{"old":' || json_quote(OLD.created_at) ||
                ',"new":' || json_quote(NEW.created_at) || '}'), 2) || '}');
END;

CREATE TRIGGER comment_after_delete_record
AFTER DELETE ON comment
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('comment', OLD.id, OLD.prompt_id, 'DELETE',
        json_object('deleted', json_object(
            'id', OLD.id, 'parent_id', OLD.parent_id, 'content', OLD.content,
            'author_id', OLD.author_id, 'created_at', OLD.created_at,
            'updated_at', OLD.updated_at)));
END;
