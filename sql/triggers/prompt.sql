-- What is recorded of changes to prompt.
-- One user action writes one row: the diff of an UPDATE holds the new version
-- number, and the appended version itself is not recorded again.

CREATE TRIGGER prompt_before_delete_children
BEFORE DELETE ON prompt
BEGIN
    DELETE FROM version_tag WHERE prompt_id = OLD.id;
    DELETE FROM payload WHERE prompt_id = OLD.id;
    DELETE FROM run_log WHERE prompt_id = OLD.id;
    DELETE FROM comment WHERE prompt_id = OLD.id;
    DELETE FROM prompt_flow WHERE prompt_id = OLD.id;
    DELETE FROM prompt_version WHERE prompt_id = OLD.id;
END;

CREATE TRIGGER prompt_after_insert_record
AFTER INSERT ON prompt
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('prompt', NEW.id, NEW.id, 'CREATE',
        '{"created":{' ||
            '"id":' || audit_json(NEW.id) ||
            ',"kind":' || audit_json(NEW.kind) ||
            ',"project_id":' || audit_json(NEW.project_id) ||
            ',"owner_id":' || audit_json(NEW.owner_id) ||
            ',"slug":' || audit_json(NEW.slug) ||
            ',"name":' || audit_json(NEW.name) ||
            ',"description":' || audit_json(NEW.description) ||
            ',"status":' || audit_json(NEW.status) ||
            ',"is_active":' || audit_json(NEW.is_active) ||
            ',"version":' || audit_json(NEW.version) ||
            ',"last_version":' || audit_json(NEW.last_version) ||
            ',"content":' || audit_json(NEW.content) ||
            ',"system_prompt":' || audit_json(NEW.system_prompt) ||
            ',"model":' || audit_json(NEW.model) ||
            ',"model_params":' || coalesce(NEW.model_params, 'null') ||
            ',"tags":' || coalesce(NEW.tags, 'null') ||
            ',"section":' || audit_json(NEW.section) ||
            ',"sub_section":' || audit_json(NEW.sub_section) ||
            ',"route":' || audit_json(NEW.route) ||
            ',"categories":' || coalesce(NEW.categories, 'null') ||
            ',"tone":' || audit_json(NEW.tone) ||
            ',"output_format":' || audit_json(NEW.output_format) ||
            ',"few_shot":' || coalesce(NEW.few_shot, 'null') ||
            ',"context":' || coalesce(NEW.context, 'null') ||
            ',"payload_schema":' || coalesce(NEW.payload_schema, 'null') ||
            ',"asset_id":' || audit_json(NEW.asset_id) ||
            ',"file_name":' || audit_json(NEW.file_name) ||
            ',"created_at":' || audit_json(NEW.created_at) ||
            ',"created_by":' || audit_json(NEW.created_by) ||
            ',"updated_at":' || audit_json(NEW.updated_at) ||
            ',"updated_by":' || audit_json(NEW.updated_by) ||
            ',"revision":' || audit_json(NEW.revision) || '}}');
    INSERT OR IGNORE INTO search_pending (prompt_id) VALUES (NEW.id);
END;

CREATE TRIGGER prompt_after_update_record
AFTER UPDATE ON prompt
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('prompt', NEW.id, NEW.id,
        coalesce(audit_request('action'), 'UPDATE'),
        '{' || substr(
            iif(OLD.kind IS NEW.kind, '',
                ',"kind":{"old":' || audit_json(OLD.kind) ||
                ',"new":' || audit_json(NEW.kind) || '}') ||
            iif(OLD.project_id IS NEW.project_id, '',
                ',"project_id":{"old":' || audit_json(OLD.project_id) ||
                ',"new":' || audit_json(NEW.project_id) || '}') ||
            iif(OLD.owner_id IS NEW.owner_id, '',
                ',"owner_id":{"old":' || audit_json(OLD.owner_id) ||
                ',"new":' || audit_json(NEW.owner_id) || '}') ||
            iif(OLD.slug IS NEW.slug, '',
                ',"slug":{"old":' || audit_json(OLD.slug) ||
                ',"new":' || audit_json(NEW.slug) || '}') ||
            iif(OLD.name IS NEW.name, '',
                ',"name":{"old":' || audit_json(OLD.name) ||
                ',"new":' || audit_json(NEW.name) || '}') ||
            iif(OLD.description IS NEW.description, '',
                ',"description":{"old":' || audit_json(OLD.description) ||
                ',"new":' || audit_json(NEW.description) || '}') ||
            iif(OLD.status IS NEW.status, '',
                ',"status":{"old":' || audit_json(OLD.status) ||
                ',"new":' || audit_json(NEW.status) || '}') ||
            iif(OLD.is_active IS NEW.is_active, '',
                ',"is_active":{"old":' || audit_json(OLD.is_active) ||
                ',"new":' || audit_json(NEW.is_active) || '}') ||
            iif(OLD.version IS NEW.version, '',
                ',"version":{"old":' || audit_json(OLD.version) ||
                ',"new":' || audit_json(NEW.version) || '}') ||
            iif(OLD.content IS NEW.content, '',
                ',"content":{"old":' || audit_json(OLD.content) ||
                ',"new":' || audit_json(NEW.content) || '}') ||
            iif(OLD.system_prompt IS NEW.system_prompt, '',
                ',"system_prompt":{"old":' || audit_json(OLD.system_prompt) ||
                ',"new":' || audit_json(NEW.system_prompt) || '}') ||
            iif(OLD.model IS NEW.model, '',
                ',"model":{"old":' || audit_json(OLD.model) ||
                ',"new":' || audit_json(NEW.model) || '}') ||
            iif(OLD.model_params IS NEW.model_params, '',
                ',"model_params":{"old":' || coalesce(OLD.model_params, 'null') ||
                ',"new":' || coalesce(NEW.model_params, 'null') || '}') ||
            iif(OLD.tags IS NEW.tags, '',
                ',"tags":{"old":' || coalesce(OLD.tags, 'null') ||
                ',"new":' || coalesce(NEW.tags, 'null') || '}') ||
            iif(OLD.section IS NEW.section, '',
                ',"section":{"old":' || audit_json(OLD.section) ||
                ',"new":' || audit_json(NEW.section) || '}') ||
            iif(OLD.sub_section IS NEW.sub_section, '',
                ',"sub_section":{"old":' || audit_json(OLD.sub_section) ||
                ',"new":' || audit_json(NEW.sub_section) || '}') ||
            iif(OLD.route IS NEW.route, '',
                ',"route":{"old":' || audit_json(OLD.route) ||
                ',"new":' || audit_json(NEW.route) || '}') ||
            iif(OLD.categories IS NEW.categories, '',
                ',"categories":{"old":' || coalesce(OLD.categories, 'null') ||
                ',"new":' || coalesce(NEW.categories, 'null') || '}') ||
            iif(OLD.tone IS NEW.tone, '',
                ',"tone":{"old":' || audit_json(OLD.tone) ||
                ',"new":' || audit_json(NEW.tone) || '}') ||
            iif(OLD.output_format IS NEW.output_format, '',
                ',"output_format":{"old":' || audit_json(OLD.output_format) ||
                ',"new":' || audit_json(NEW.output_format) || '}') ||
            iif(OLD.few_shot IS NEW.few_shot, '',
                ',"few_shot":{"old":' || coalesce(OLD.few_shot, 'null') ||
                ',"new":' || coalesce(NEW.few_shot, 'null') || '}') ||
            iif(OLD.context IS NEW.context, '',
                ',"context":{"old":' || coalesce(OLD.context, 'null') ||
                ',"new":' || coalesce(NEW.context, 'null') || '}') ||
            iif(OLD.payload_schema IS NEW.payload_schema, '',
                ',"payload_schema":{"old":' || coalesce(OLD.payload_schema, 'null') ||
                ',"new":' || coalesce(NEW.payload_schema, 'null') || '}') ||
            iif(OLD.asset_id IS NEW.asset_id, '',
                ',"asset_id":{"old":' || audit_json(OLD.asset_id) ||
                ',"new":' || audit_json(NEW.asset_id) || '}') ||
            iif(OLD.file_name IS NEW.file_name, '',
                ',"file_name":{"old":' || audit_json(OLD.file_name) ||
                ',"new":' || audit_json(NEW.file_name) || '}'), 2) || '}');
    INSERT OR IGNORE INTO search_pending (prompt_id) VALUES (NEW.id);
END;

CREATE TRIGGER prompt_after_delete_record
AFTER DELETE ON prompt
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('prompt', OLD.id, OLD.id, 'DELETE',
        '{"deleted":{' ||
            '"id":' || audit_json(OLD.id) ||
            ',"kind":' || audit_json(OLD.kind) ||
            ',"project_id":' || audit_json(OLD.project_id) ||
            ',"owner_id":' || audit_json(OLD.owner_id) ||
            ',"slug":' || audit_json(OLD.slug) ||
            ',"name":' || audit_json(OLD.name) ||
            ',"description":' || audit_json(OLD.description) ||
            ',"status":' || audit_json(OLD.status) ||
            ',"is_active":' || audit_json(OLD.is_active) ||
            ',"version":' || audit_json(OLD.version) ||
            ',"last_version":' || audit_json(OLD.last_version) ||
            ',"content":' || audit_json(OLD.content) ||
            ',"system_prompt":' || audit_json(OLD.system_prompt) ||
            ',"model":' || audit_json(OLD.model) ||
            ',"model_params":' || coalesce(OLD.model_params, 'null') ||
            ',"tags":' || coalesce(OLD.tags, 'null') ||
            ',"section":' || audit_json(OLD.section) ||
            ',"sub_section":' || audit_json(OLD.sub_section) ||
            ',"route":' || audit_json(OLD.route) ||
            ',"categories":' || coalesce(OLD.categories, 'null') ||
            ',"tone":' || audit_json(OLD.tone) ||
            ',"output_format":' || audit_json(OLD.output_format) ||
            ',"few_shot":' || coalesce(OLD.few_shot, 'null') ||
            ',"context":' || coalesce(OLD.context, 'null') ||
            ',"payload_schema":' || coalesce(OLD.payload_schema, 'null') ||
            ',"asset_id":' || audit_json(OLD.asset_id) ||
            ',"file_name":' || audit_json(OLD.file_name) ||
            ',"created_at":' || audit_json(OLD.created_at) ||
            ',"created_by":' || audit_json(OLD.created_by) ||
            ',"updated_at":' || audit_json(OLD.updated_at) ||
            ',"updated_by":' || audit_json(OLD.updated_by) ||
            ',"revision":' || audit_json(OLD.revision) || '}' || '}');
    INSERT OR IGNORE INTO search_pending (prompt_id) VALUES (OLD.id);
END;
