-- What is recorded of changes to run_log.

CREATE TRIGGER run_log_after_insert_record
AFTER INSERT ON run_log
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('run_log', NEW.id, NEW.prompt_id, 'CREATE',
        '{"created":' || audit_row(
            'id', NEW.id,
            'output', NEW.output,
            'model_used', NEW.model_used,
            'notes', NEW.notes,
            'score', NEW.score,
            'created_at', NEW.created_at) || '}');
END;

CREATE TRIGGER run_log_after_update_record
AFTER UPDATE ON run_log
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('run_log', NEW.id, NEW.prompt_id,
        'UPDATE',
        audit_diff(
            'output', OLD.output, NEW.output,
            'model_used', OLD.model_used, NEW.model_used,
            'notes', OLD.notes, NEW.notes,
            'score', OLD.score, NEW.score));
END;

CREATE TRIGGER run_log_after_delete_record
AFTER DELETE ON run_log
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('run_log', OLD.id, OLD.prompt_id, 'DELETE',
        '{"deleted":' || audit_row(
            'id', OLD.id,
            'output', OLD.output,
            'model_used', OLD.model_used,
            'notes', OLD.notes,
            'score', OLD.score,
            'created_at', OLD.created_at) || '}');
END;
