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
        json_object('created', json_object(
            'id', NEW.id, 'kind', NEW.kind, 'project_id', NEW.project_id,
            'owner_id', NEW.owner_id, 'slug', NEW.slug, 'name', NEW.name,
            'description', NEW.description, 'status', NEW.status,
            'is_active', NEW.is_active, 'version', NEW.version,
            'last_version', NEW.last_version, 'content', NEW.content,
            'system_prompt', NEW.system_prompt, 'model', NEW.model,
            'model_params', json(NEW.model_params), 'tags', json(NEW.tags),
            'section', NEW.section, 'sub_section', NEW.sub_section,
            'route', NEW.route, 'categories', json(NEW.categories),
            'tone', NEW.tone, 'output_format', NEW.output_format,
            'few_shot', json(NEW.few_shot), 'context', json(NEW.context),
            'payload_schema', json(NEW.payload_schema),
            'asset_id', NEW.asset_id, 'file_name', NEW.file_name,
            'created_at', NEW.created_at, 'created_by', NEW.created_by,
            'updated_at', NEW.updated_at, 'updated_by', NEW.updated_by,
            'revision', NEW.revision)));
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
                ',"kind":{"old":' || json_quote(OLD.kind) ||
                ',"new":' || json_quote(NEW.kind) || '}') ||
            iif(OLD.project_id IS NEW.project_id, '',
                ',"project_id":{"old":' || json_quote(OLD.project_id) ||
                ',"new":' || json_quote(NEW.project_id) || '}') ||
            iif(OLD.owner_id IS NEW.owner_id, '',
                ',"owner_id":{"old":' || json_quote(OLD.owner_id) ||
                ',"new":' || json_quote(NEW.owner_id) || '}') ||
            iif(OLD.slug IS NEW.slug, '',
                ',"slug":{"old":' || json_quote(OLD.slug) ||
                ',"new":' || json_quote(NEW.slug) || '}') ||
            iif(OLD.name IS NEW.name, '',
                ',"name":{"old":' || json_quote(OLD.name) ||
                ',"new":' || json_quote(NEW.name) || '}') ||
            iif(OLD.description IS NEW.description, '',
                ',"description":{"old":' || json_quote(OLD.description) ||
                ',"new":' || json_quote(NEW.description) || '}') ||
            iif(OLD.status IS NEW.status, '',
                ',"status":{"old":' || json_quote(OLD.status) ||
                ',"new":' || json_quote(NEW.status) || '}') ||
            iif(OLD.is_active IS NEW.is_active, '',
                ',"is_active":{"old":' || json_quote(OLD.is_active) ||
                ',"new":' || json_quote(NEW.is_active) || '}') ||
            iif(OLD.version IS NEW.version, '',
                ',"version":{"old":' || json_quote(OLD.version) ||
                ',"new":' || json_quote(NEW.version) || '}') ||
            iif(OLD.content IS NEW.content, '',
                ',"content":{"old":' || json_quote(OLD.content) ||
                ',"new":' || json_quote(NEW.content) || '}') ||
            iif(OLD.system_prompt IS NEW.system_prompt, '',
                ',"system_prompt":{"old":' || json_quote(OLD.system_prompt) ||
                ',"new":' || json_quote(NEW.system_prompt) || '}') ||
            iif(OLD.model IS NEW.model, '',
                ',"model":{"old":' || json_quote(OLD.model) ||
                ',"new":' || json_quote(NEW.model) || '}') ||
            iif(OLD.model_params IS NEW.model_params, '',
                ',"model_params":{"old":' || coalesce(OLD.model_params, 'null') ||
                ',"new":' || coalesce(NEW.model_params, 'null') || '}') ||
            iif(OLD.tags IS NEW.tags, '',
                ',"tags":{"old":' || coalesce(OLD.tags, 'null') ||
                ',"new":' || coalesce(NEW.tags, 'null') || '}') ||
            iif(OLD.section IS NEW.section, '',
                ',"section":{"old":' || json_quote(OLD.section) ||
                ',"new":' || json_quote(NEW.section) || '}') ||
            iif(OLD.sub_section IS NEW.sub_section, '',
                ',"sub_section":{"old":' || json_quote(OLD.sub_section) ||
                ',"new":' || json_quote(NEW.sub_section) || '}') ||
            iif(OLD.route IS NEW.route, '',
                ',"route":{"old":' || json_quote(OLD.route) ||
                ',"new":' || json_quote(NEW.route) || '}') ||
            iif(OLD.categories IS NEW.categories, '',
                ',"categories":{"old":' || coalesce(OLD.categories, 'null') ||
                ',"new":' || coalesce(NEW.categories, 'null') || '}') ||
            iif(OLD.tone IS NEW.tone, '',
                ',"tone":{"old":' || json_quote(OLD.tone) ||
                ',"new":' || json_quote(NEW.tone) || '}') ||
            iif(OLD.output_format IS NEW.output_format, '',
                ',"output_format":{"old":' || json_quote(OLD.output_format) ||
                ',"new":' || json_quote(NEW.output_format) || '}') ||
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
                ',"asset_id":{"old":' || json_quote(OLD.asset_id) ||
                ',"new":' || json_quote(NEW.asset_id) || '}') ||
            iif(OLD.file_name IS NEW.file_name, '',
                ',"file_name":{"old":' || json_quote(OLD.file_name) ||
                ',"new":' || json_quote(NEW.file_name) || '}'), 2) || '}');
    INSERT OR IGNORE INTO search_pending (prompt_id) VALUES (NEW.id);
END;

CREATE TRIGGER prompt_after_delete_record
AFTER DELETE ON prompt
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('prompt', OLD.id, OLD.id, 'DELETE',
        json_object('deleted', json_object(
            'id', OLD.id, 'kind', OLD.kind, 'project_id', OLD.project_id,
            'owner_id', OLD.owner_id, 'slug', OLD.slug, 'name', OLD.name,
            'description', OLD.description, 'status', OLD.status,
            'is_active', OLD.is_active, 'version', OLD.version,
            'last_version', OLD.last_version, 'content', OLD.content,
            'system_prompt', OLD.system_prompt, 'model', OLD.model,
            'model_params', json(OLD.model_params), 'tags', json(OLD.tags),
            'section', OLD.section, 'sub_section', OLD.sub_section,
            'route', OLD.route, 'categories', json(OLD.categories),
            'tone', OLD.tone, 'output_format', OLD.output_format,
            'few_shot', json(OLD.few_shot), 'context', json(OLD.context),
            'payload_schema', json(OLD.payload_schema),
            'asset_id', OLD.asset_id, 'file_name', OLD.file_name,
            'created_at', OLD.created_at, 'created_by', OLD.created_by,
            'updated_at', OLD.updated_at, 'updated_by', OLD.updated_by,
            'revision', OLD.revision)));
    INSERT OR IGNORE INTO search_pending (prompt_id) VALUES (OLD.id);
END;
