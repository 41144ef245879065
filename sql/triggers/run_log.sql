-- What is recorded of changes to run_log.

CREATE TRIGGER run_log_after_insert_record
AFTER INSERT ON run_log
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('run_log', NEW.id, NEW.prompt_id, 'CREATE',
        json_object('created', json_object(
            'id', NEW.id, 'output', NEW.output, 'model_used', NEW.model_used,
            'notes', NEW.notes, 'score', NEW.score,
            'created_at', NEW.created_at)));
END;

CREATE TRIGGER run_log_after_update_record
AFTER UPDATE ON run_log
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('run_log', NEW.id, NEW.prompt_id,
        'UPDATE',
        '{' || substr(
            iif(OLD.output IS NEW.output, '',
                ',"output":{"old":' || json_quote(OLD.output) ||
                ',"new":' || json_quote(NEW.output) || '}') ||
            iif(OLD.model_used IS NEW.model_used, '',
                ',"model_used":{"old":' || json_quote(OLD.model_used) ||
                ',"new":' || json_quote(NEW.model_used) || '}') ||
            iif(OLD.notes IS NEW.notes, '',
                ',"notes":{"old":' || json_quote(OLD.notes) ||
                ',"new":' || json_quote(NEW.notes) || '}') ||
            iif(OLD.score IS NEW.score, '',
                ',"score":{"old":' || json_quote(OLD.score) ||
                ',"new":' || json_quote(NEW.score) || '}'), 2) || '}');
END;

CREATE TRIGGER run_log_after_delete_record
AFTER DELETE ON run_log
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('run_log', OLD.id, OLD.prompt_id, 'DELETE',
        json_object('deleted', json_object(
            'id', OLD.id, 'output', OLD.output, 'model_used', OLD.model_used,
            'notes', OLD.notes, 'score', OLD.score,
            'created_at', OLD.created_at)));
END;
