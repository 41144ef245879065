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
        '{"created":{' ||
            '"id":' || audit_json(NEW.id) ||
            ',"version":' || audit_json(NEW.version) ||
            ',"state":' || audit_json(NEW.state) ||
            ',"name":' || audit_json(NEW.name) ||
            ',"description":' || audit_json(NEW.description) ||
            ',"is_active":' || audit_json(NEW.is_active) ||
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
            ',"asset_id":' || audit_json(NEW.asset_id) ||
            ',"file_name":' || audit_json(NEW.file_name) ||
            ',"comment":' || audit_json(NEW.comment) ||
            ',"author_id":' || audit_json(NEW.author_id) ||
            ',"created_at":' || audit_json(NEW.created_at) ||
            ',"published_at":' || audit_json(NEW.published_at) || '}}');
END;

CREATE TRIGGER prompt_version_after_update_record
AFTER UPDATE ON prompt_version
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('prompt_version', NEW.id, NEW.prompt_id,
        'UPDATE',
        '{' || substr(
            iif(OLD.version IS NEW.version, '',
                ',"version":{"old":' || audit_json(OLD.version) ||
                ',"new":' || audit_json(NEW.version) || '}') ||
            iif(OLD.state IS NEW.state, '',
                ',"state":{"old":' || audit_json(OLD.state) ||
                ',"new":' || audit_json(NEW.state) || '}') ||
            iif(OLD.name IS NEW.name, '',
                ',"name":{"old":' || audit_json(OLD.name) ||
                ',"new":' || audit_json(NEW.name) || '}') ||
            iif(OLD.description IS NEW.description, '',
                ',"description":{"old":' || audit_json(OLD.description) ||
                ',"new":' || audit_json(NEW.description) || '}') ||
            iif(OLD.is_active IS NEW.is_active, '',
                ',"is_active":{"old":' || audit_json(OLD.is_active) ||
                ',"new":' || audit_json(NEW.is_active) || '}') ||
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
            iif(OLD.asset_id IS NEW.asset_id, '',
                ',"asset_id":{"old":' || audit_json(OLD.asset_id) ||
                ',"new":' || audit_json(NEW.asset_id) || '}') ||
            iif(OLD.file_name IS NEW.file_name, '',
                ',"file_name":{"old":' || audit_json(OLD.file_name) ||
                ',"new":' || audit_json(NEW.file_name) || '}') ||
            iif(OLD.comment IS NEW.comment, '',
                ',"comment":{"old":' || audit_json(OLD.comment) ||
                ',"new":' || audit_json(NEW.comment) || '}') ||
            iif(OLD.published_at IS NEW.published_at, '',
                ',"published_at":{"old":' || audit_json(OLD.published_at) ||
                ',"new":' || audit_json(NEW.published_at) || '}'), 2) || '}');
END;

CREATE TRIGGER prompt_version_after_delete_record
AFTER DELETE ON prompt_version
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('prompt_version', OLD.id, OLD.prompt_id, 'DELETE',
        '{"deleted":{' ||
            '"id":' || audit_json(OLD.id) ||
            ',"version":' || audit_json(OLD.version) ||
            ',"state":' || audit_json(OLD.state) ||
            ',"name":' || audit_json(OLD.name) ||
            ',"description":' || audit_json(OLD.description) ||
            ',"is_active":' || audit_json(OLD.is_active) ||
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
            ',"asset_id":' || audit_json(OLD.asset_id) ||
            ',"file_name":' || audit_json(OLD.file_name) ||
            ',"comment":' || audit_json(OLD.comment) ||
            ',"author_id":' || audit_json(OLD.author_id) ||
            ',"created_at":' || audit_json(OLD.created_at) ||
            ',"published_at":' || audit_json(OLD.published_at) || '}' ||
            ',"current_version":' || audit_json(
                (SELECT version FROM prompt WHERE id = OLD.prompt_id)) || '}');
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
