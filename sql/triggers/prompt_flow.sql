-- What is recorded of changes to prompt_flow.

CREATE TRIGGER prompt_flow_after_insert_record
AFTER INSERT ON prompt_flow
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('prompt_flow', NEW.prompt_id || '/' || NEW.flow_id, NEW.prompt_id, 'CREATE',
        '{"created":{' ||
            '"flow_id":' || audit_json(NEW.flow_id) ||
            ',"published_version":' || coalesce(NEW.published_version, 'null') ||
            ',"draft_version":' || coalesce(NEW.draft_version, 'null') ||
            ',"created_at":' || audit_json(NEW.created_at) || '}}');
END;

CREATE TRIGGER prompt_flow_after_update_record
AFTER UPDATE ON prompt_flow
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('prompt_flow', NEW.prompt_id || '/' || NEW.flow_id, NEW.prompt_id,
        'UPDATE',
        '{' || substr(
            iif(OLD.flow_id IS NEW.flow_id, '',
                ',"flow_id":{"old":' || audit_json(OLD.flow_id) ||
                ',"new":' || audit_json(NEW.flow_id) || '}') ||
            iif(OLD.published_version IS NEW.published_version, '',
                ',"published_version":{"old":' || coalesce(OLD.published_version, 'null') ||
                ',"new":' || coalesce(NEW.published_version, 'null') || '}') ||
            iif(OLD.draft_version IS NEW.draft_version, '',
                ',"draft_version":{"old":' || coalesce(OLD.draft_version, 'null') ||
                ',"new":' || coalesce(NEW.draft_version, 'null') || '}'), 2) || '}');
END;

CREATE TRIGGER prompt_flow_after_delete_record
AFTER DELETE ON prompt_flow
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('prompt_flow', OLD.prompt_id || '/' || OLD.flow_id, OLD.prompt_id, 'DELETE',
        '{"deleted":{' ||
            '"flow_id":' || audit_json(OLD.flow_id) ||
            ',"published_version":' || coalesce(OLD.published_version, 'null') ||
            ',"draft_version":' || coalesce(OLD.draft_version, 'null') ||
            ',"created_at":' || audit_json(OLD.created_at) || '}' || '}');
END;
