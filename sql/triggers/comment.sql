-- What is recorded of changes to comment.

CREATE TRIGGER comment_after_insert_record
AFTER INSERT ON comment
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('comment', NEW.id, NEW.prompt_id, 'CREATE',
        '{"created":' || audit_row(
            'id', NEW.id,
            'parent_id', NEW.parent_id,
            'content', NEW.content,
            'author_id', NEW.author_id,
            'created_at', NEW.created_at,
            'updated_at', NEW.updated_at) || '}');
END;

CREATE TRIGGER comment_after_update_record
AFTER UPDATE ON comment
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('comment', NEW.id, NEW.prompt_id,
        'UPDATE',
        audit_diff(
            'parent_id', OLD.parent_id, NEW.parent_id,
            'content', OLD.content, NEW.content,
            'author_id', OLD.author_id, NEW.author_id,
            'created_at', OLD.created_at, NEW.created_at));
END;

CREATE TRIGGER comment_after_delete_record
AFTER DELETE ON comment
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('comment', OLD.id, OLD.prompt_id, 'DELETE',
        '{"deleted":' || audit_row(
            'id', OLD.id,
            'parent_id', OLD.parent_id,
            'content', OLD.content,
            'author_id', OLD.author_id,
            'created_at', OLD.created_at,
            'updated_at', OLD.updated_at) || '}');
END;
