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
        '{"created":' || audit_row(
            'id', NEW.id,
            'kind', NEW.kind,
            'project_id', NEW.project_id,
            'owner_id', NEW.owner_id,
            'slug', NEW.slug,
            'name', NEW.name,
            'description', NEW.description,
            'status', NEW.status,
            'is_active', NEW.is_active,
            'version', NEW.version,
            'last_version', NEW.last_version,
            'content', NEW.content,
            'system_prompt', NEW.system_prompt,
            'model', NEW.model,
            'model_params json', NEW.model_params,
            'tags json', NEW.tags,
            'section', NEW.section,
            'sub_section', NEW.sub_section,
            'route', NEW.route,
            'categories json', NEW.categories,
            'tone', NEW.tone,
            'output_format', NEW.output_format,
            'few_shot json', NEW.few_shot,
            'context json', NEW.context,
            'payload_schema json', NEW.payload_schema,
            'asset_id', NEW.asset_id,
            'file_name', NEW.file_name,
            'created_at', NEW.created_at,
            'created_by', NEW.created_by,
            'updated_at', NEW.updated_at,
            'updated_by', NEW.updated_by,
            'revision', NEW.revision) || '}');
    INSERT OR IGNORE INTO search_pending (prompt_id) VALUES (NEW.id);
END;

CREATE TRIGGER prompt_after_update_record
AFTER UPDATE ON prompt
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('prompt', NEW.id, NEW.id,
        coalesce(audit_request('action'), 'UPDATE'),
        audit_diff(
            'kind', OLD.kind, NEW.kind,
            'project_id', OLD.project_id, NEW.project_id,
            'owner_id', OLD.owner_id, NEW.owner_id,
            'slug', OLD.slug, NEW.slug,
            'name', OLD.name, NEW.name,
            'description', OLD.description, NEW.description,
            'status', OLD.status, NEW.status,
            'is_active', OLD.is_active, NEW.is_active,
            'version', OLD.version, NEW.version,
            'content', OLD.content, NEW.content,
            'system_prompt', OLD.system_prompt, NEW.system_prompt,
            'model', OLD.model, NEW.model,
            'model_params json', OLD.model_params, NEW.model_params,
            'tags json', OLD.tags, NEW.tags,
            'section', OLD.section, NEW.section,
            'sub_section', OLD.sub_section, NEW.sub_section,
            'route', OLD.route, NEW.route,
            'categories json', OLD.categories, NEW.categories,
            'tone', OLD.tone, NEW.tone,
            'output_format', OLD.output_format, NEW.output_format,
            'few_shot json', OLD.few_shot, NEW.few_shot,
            'context json', OLD.context, NEW.context,
            'payload_schema json', OLD.payload_schema, NEW.payload_schema,
            'asset_id', OLD.asset_id, NEW.asset_id,
            'file_name', OLD.file_name, NEW.file_name));
    INSERT OR IGNORE INTO search_pending (prompt_id) VALUES (NEW.id);
END;

CREATE TRIGGER prompt_after_delete_record
AFTER DELETE ON prompt
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('prompt', OLD.id, OLD.id, 'DELETE',
        '{"deleted":' || audit_row(
            'id', OLD.id,
            'kind', OLD.kind,
            'project_id', OLD.project_id,
            'owner_id', OLD.owner_id,
            'slug', OLD.slug,
            'name', OLD.name,
            'description', OLD.description,
            'status', OLD.status,
            'is_active', OLD.is_active,
            'version', OLD.version,
            'last_version', OLD.last_version,
            'content', OLD.content,
            'system_prompt', OLD.system_prompt,
            'model', OLD.model,
            'model_params json', OLD.model_params,
            'tags json', OLD.tags,
            'section', OLD.section,
            'sub_section', OLD.sub_section,
            'route', OLD.route,
            'categories json', OLD.categories,
            'tone', OLD.tone,
            'output_format', OLD.output_format,
            'few_shot json', OLD.few_shot,
            'context json', OLD.context,
            'payload_schema json', OLD.payload_schema,
            'asset_id', OLD.asset_id,
            'file_name', OLD.file_name,
            'created_at', OLD.created_at,
            'created_by', OLD.created_by,
            'updated_at', OLD.updated_at,
            'updated_by', OLD.updated_by,
            'revision', OLD.revision) || '}');
    INSERT OR IGNORE INTO search_pending (prompt_id) VALUES (OLD.id);
END;

CREATE TRIGGER prompt_before_delete_references
BEFORE DELETE ON prompt
BEGIN
    DELETE FROM external_reference WHERE prompt_id = OLD.id;
END;
