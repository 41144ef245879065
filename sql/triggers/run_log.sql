-- What is recorded of changes to run_log.

CREATE TRIGGER run_log_after_insert_record
AFTER INSERT ON run_log
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('run_log', NEW.id, NEW.prompt_id, 'CREATE',
        '{"created":{' ||
            '"id":' || audit_json(NEW.id) ||
            ',"output":' || audit_json(NEW.output) ||
            ',"model_used":' || audit_json(NEW.model_used) ||
            ',"notes":' || audit_json(NEW.notes) ||
            ',"score":' || audit_json(NEW.score) ||
            ',"created_at":' || audit_json(NEW.created_at) || '}}');
END;

CREATE TRIGGER run_log_after_update_record
AFTER UPDATE ON run_log
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('run_log', NEW.id, NEW.prompt_id,
        'UPDATE',
        '{' || substr(
            iif(OLD.output IS NEW.output, '',
                ',"output":{"old":' || audit_json(OLD.output) ||
                ',"new":' || audit_json(NEW.output) || '}') ||
            iif(OLD.model_used IS NEW.model_used, '',
                ',"model_used":{"old":' || audit_json(OLD.model_used) ||
                ',"new":' || audit_json(NEW.model_used) || '}') ||
            iif(OLD.notes IS NEW.notes, '',
                ',"notes":{"old":' || audit_json(OLD.notes) ||
                ',"new":' || audit_json(NEW.notes) || '}') ||
            iif(OLD.score IS NEW.score, '',
                ',"score":{"old":' || audit_json(OLD.score) ||
                ',"new":' || audit_json(NEW.score) || '}'), 2) || '}');
END;

CREATE TRIGGER run_log_after_delete_record
AFTER DELETE ON run_log
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('run_log', OLD.id, OLD.prompt_id, 'DELETE',
        '{"deleted":{' ||
            '"id":' || audit_json(OLD.id) ||
            ',"output":' || audit_json(OLD.output) ||
            ',"model_used":' || audit_json(OLD.model_used) ||
            ',"notes":' || audit_json(OLD.notes) ||
            ',"score":' || audit_json(OLD.score) ||
            ',"created_at":' || audit_json(OLD.created_at) || '}' || '}');
END;
