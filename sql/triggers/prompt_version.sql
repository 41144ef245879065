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
        json_object('created', json_object(
            'id', NEW.id, 'version', NEW.version, 'state', NEW.state,
            'name', NEW.name, 'description', NEW.description,
            'is_active', NEW.is_active, 'content', NEW.content,
            'system_prompt', NEW.system_prompt, 'model', NEW.model,
            'model_params', json(NEW.model_params), 'tags', json(NEW.tags),
            'section', NEW.section, 'sub_section', NEW.sub_section,
            'route', NEW.route, 'categories', json(NEW.categories),
            'tone', NEW.tone, 'output_format', NEW.output_format,
            'few_shot', json(NEW.few_shot), 'context', json(NEW.context),
            'asset_id', NEW.asset_id, 'file_name', NEW.file_name,
            'comment', NEW.comment, 'author_id', NEW.author_id,
            'created_at', NEW.created_at, 'published_at', NEW.published_at)));
END;

CREATE TRIGGER prompt_version_after_update_record
AFTER UPDATE ON prompt_version
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('prompt_version', NEW.id, NEW.prompt_id,
        'UPDATE',
        '{' || substr(
            iif(OLD.version IS NEW.version, '',
                ',"version":{"old":' || json_quote(OLD.version) ||
                ',"new":' || json_quote(NEW.version) || '}') ||
            iif(OLD.state IS NEW.state, '',
                ',"state":{"old":' || json_quote(OLD.state) ||
                ',"new":' || json_quote(NEW.state) || '}') ||
            iif(OLD.name IS NEW.name, '',
                ',"name":{"old":' || json_quote(OLD.name) ||
                ',"new":' || json_quote(NEW.name) || '}') ||
            iif(OLD.description IS NEW.description, '',
                ',"description":{"old":' || json_quote(OLD.description) ||
                ',"new":' || json_quote(NEW.description) || '}') ||
            iif(OLD.is_active IS NEW.is_active, '',
                ',"is_active":{"old":' || json_quote(OLD.is_active) ||
                ',"new":' || json_quote(NEW.is_active) || '}') ||
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
            iif(OLD.asset_id IS NEW.asset_id, '',
                ',"asset_id":{"old":' || json_quote(OLD.asset_id) ||
                ',"new":' || json_quote(NEW.asset_id) || '}') ||
            iif(OLD.file_name IS NEW.file_name, '',
                ',"file_name":{"old":' || json_quote(OLD.file_name) ||
                ',"new":' || json_quote(NEW.file_name) || '}') ||
            iif(OLD.comment IS NEW.comment, '',
                ',"comment":{"old":' || json_quote(OLD.comment) ||
                ',"new":' || json_quote(NEW.comment) || '}') ||
            iif(OLD.published_at IS NEW.published_at, '',
                ',"published_at":{"old":' || json_quote(OLD.published_at) ||
                ',"new":' || json_quote(NEW.published_at) || '}'), 2) || '}');
END;

CREATE TRIGGER prompt_version_after_delete_record
AFTER DELETE ON prompt_version
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('prompt_version', OLD.id, OLD.prompt_id, 'DELETE',
        json_object('deleted', json_object(
            'id', OLD.id, 'version', OLD.version, 'state', OLD.state,
            'name', OLD.name, 'description', OLD.description,
            'is_active', OLD.is_active, 'content', OLD.content,
            'system_prompt', OLD.system_prompt, 'model', OLD.model,
            'model_params', json(OLD.model_params), 'tags', json(OLD.tags),
            'section', OLD.section, 'sub_section', OLD.sub_section,
            'route', OLD.route, 'categories', json(OLD.categories),
            'tone', OLD.tone, 'output_format', OLD.output_format,
            'few_shot', json(OLD.few_shot), 'context', json(OLD.context),
            'asset_id', OLD.asset_id, 'file_name', OLD.file_name,
            'comment', OLD.comment, 'author_id', OLD.author_id,
            'created_at', OLD.created_at, 'published_at', OLD.published_at),
            'current_version',
            (SELECT version FROM prompt WHERE id = OLD.prompt_id)));
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
