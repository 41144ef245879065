-- What is recorded of changes to prompt_version.
-- A version appended together with its prompt's pointer is history itself and
-- is told by the prompt's own row; one that stands on its own (a draft) is
-- recorded here.  What was released is never rewritten.

CREATE TRIGGER prompt_version_before_delete_children
BEFORE DELETE ON prompt_version
BEGIN
    DELETE FROM version_tag WHERE prompt_id = OLD.prompt_id AND version = OLD.version;
END;

CREATE TRIGGER prompt_version_after_insert_record
AFTER INSERT ON prompt_version
WHEN NEW.version <> (SELECT version FROM prompt WHERE id = NEW.prompt_id)
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('prompt_version', NEW.id, NEW.prompt_id, 'CREATE',
        '{"created":' || audit_row(
            'id', NEW.id,
            'version', NEW.version,
            'state', NEW.state,
            'name', NEW.name,
            'description', NEW.description,
            'is_active', NEW.is_active,
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
            'asset_id', NEW.asset_id,
            'file_name', NEW.file_name,
            'comment', NEW.comment,
            'author_id', NEW.author_id,
            'created_at', NEW.created_at,
            'published_at', NEW.published_at) || '}');
END;

CREATE TRIGGER prompt_version_after_update_record
AFTER UPDATE ON prompt_version
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('prompt_version', NEW.id, NEW.prompt_id,
        'UPDATE',
        audit_diff(
            'version', OLD.version, NEW.version,
            'state', OLD.state, NEW.state,
            'name', OLD.name, NEW.name,
            'description', OLD.description, NEW.description,
            'is_active', OLD.is_active, NEW.is_active,
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
            'asset_id', OLD.asset_id, NEW.asset_id,
            'file_name', OLD.file_name, NEW.file_name,
            'comment', OLD.comment, NEW.comment,
            'published_at', OLD.published_at, NEW.published_at));
END;

CREATE TRIGGER prompt_version_after_delete_record
AFTER DELETE ON prompt_version
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('prompt_version', OLD.id, OLD.prompt_id, 'DELETE',
        '{"deleted":' || audit_row(
            'id', OLD.id,
            'version', OLD.version,
            'state', OLD.state,
            'name', OLD.name,
            'description', OLD.description,
            'is_active', OLD.is_active,
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
            'asset_id', OLD.asset_id,
            'file_name', OLD.file_name,
            'comment', OLD.comment,
            'author_id', OLD.author_id,
            'created_at', OLD.created_at,
            'published_at', OLD.published_at) ||
            ',"current_version":' || coalesce(
                (SELECT version FROM prompt WHERE id = OLD.prompt_id),
                'null') || '}');
END;

CREATE TRIGGER prompt_version_before_update_refuse_released
BEFORE UPDATE ON prompt_version
WHEN OLD.state <> 'draft'
    AND (OLD.content IS NOT NEW.content OR OLD.name IS NOT NEW.name
         OR OLD.system_prompt IS NOT NEW.system_prompt
         OR OLD.model IS NOT NEW.model
         OR OLD.model_params IS NOT NEW.model_params
         OR OLD.tags IS NOT NEW.tags OR OLD.asset_id IS NOT NEW.asset_id
         OR NEW.state = 'draft')
BEGIN
    SELECT RAISE(ABORT, 'prompt_version: what was released is never rewritten');
END;
