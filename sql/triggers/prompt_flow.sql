-- What is recorded of changes to prompt_flow.

CREATE TRIGGER prompt_flow_after_insert_record
AFTER INSERT ON prompt_flow
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('prompt_flow', NEW.prompt_id || '/' || NEW.flow_id, NEW.prompt_id, 'CREATE',
        '{"created":' || audit_row(
            'flow_id', NEW.flow_id,
            'published_version json', NEW.published_version,
            'draft_version json', NEW.draft_version,
            'created_at', NEW.created_at) || '}');
END;

CREATE TRIGGER prompt_flow_after_update_record
AFTER UPDATE ON prompt_flow
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('prompt_flow', NEW.prompt_id || '/' || NEW.flow_id, NEW.prompt_id,
        'UPDATE',
        audit_diff(
            'flow_id', OLD.flow_id, NEW.flow_id,
            'published_version json', OLD.published_version, NEW.published_version,
            'draft_version json', OLD.draft_version, NEW.draft_version));
END;

CREATE TRIGGER prompt_flow_after_delete_record
AFTER DELETE ON prompt_flow
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('prompt_flow', OLD.prompt_id || '/' || OLD.flow_id, OLD.prompt_id, 'DELETE',
        '{"deleted":' || audit_row(
            'flow_id', OLD.flow_id,
            'published_version json', OLD.published_version,
            'draft_version json', OLD.draft_version,
            'created_at', OLD.created_at) || '}');
END;
