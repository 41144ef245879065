-- Prompts, the rows that every family shares.

-- name: prompt_find
-- mode: read
SELECT id, kind, project_id, owner_id, slug, name, description, status,
       is_active, version, last_version, content, system_prompt, model,
       model_params, tags, section, sub_section, route, categories, tone,
       output_format, few_shot, context, payload_schema, asset_id, file_name,
       created_at, created_by, updated_at, updated_by, revision
FROM prompt
WHERE id = :id

-- name: prompt_list_of_owner
-- mode: read
SELECT id, kind, project_id, owner_id, slug, name, description, status,
       is_active, version, last_version, content, system_prompt, model,
       model_params, tags, section, sub_section, route, categories, tone,
       output_format, few_shot, context, payload_schema, asset_id, file_name,
       created_at, created_by, updated_at, updated_by, revision
FROM prompt
WHERE owner_id = :owner_id
ORDER BY created_at DESC, id DESC

-- name: prompt_insert
-- mode: write
INSERT INTO prompt (id, kind, project_id, owner_id, slug, name, description,
    is_active, version, last_version, content, system_prompt, model,
    model_params, tags, section, sub_section, route, categories, tone,
    output_format, few_shot, context, asset_id, file_name, created_at,
    created_by, updated_at, updated_by)
VALUES (:id, :kind, :project_id, :owner_id, :slug, :name, :description,
    :is_active, :version, :version, :content, :system_prompt, :model,
    :model_params, :tags, :section, :sub_section, :route, :categories, :tone,
    :output_format, :few_shot, :context, :asset_id, :file_name, :now,
    :owner_id, :now, :owner_id)

-- Everything that a version holds; identity and place stay.
-- name: prompt_update
-- mode: write
UPDATE prompt
SET name = :name,
    description = :description,
    is_active = :is_active,
    version = :version,
    last_version = max(last_version, :version),
    content = :content,
    system_prompt = :system_prompt,
    model = :model,
    model_params = :model_params,
    tags = :tags,
    section = :section,
    sub_section = :sub_section,
    route = :route,
    categories = :categories,
    tone = :tone,
    output_format = :output_format,
    few_shot = :few_shot,
    context = :context,
    asset_id = :asset_id,
    file_name = :file_name,
    updated_at = :now,
    updated_by = :updated_by,
    revision = revision + 1
WHERE id = :id
  AND revision = :revision

-- The triggers delete, and record, all that belongs to it first.
-- name: prompt_delete
-- mode: write
DELETE FROM prompt
WHERE id = :id

-- name: prompt_slug_exists
-- mode: read
SELECT 1
FROM prompt
WHERE project_id = :project_id
  AND slug = :slug

-- name: prompt_name_exists
-- mode: read
SELECT 1
FROM prompt
WHERE project_id = :project_id
  AND name = :name
LIMIT 1
