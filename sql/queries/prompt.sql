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

-- The owner's newest :limit prompts that come after the row that the page
-- before ended with.
-- name: prompt_list_of_owner
-- mode: read
SELECT id, kind, project_id, owner_id, slug, name, description, status,
       is_active, version, last_version, content, system_prompt, model,
       model_params, tags, section, sub_section, route, categories, tone,
       output_format, few_shot, context, payload_schema, asset_id, file_name,
       created_at, created_by, updated_at, updated_by, revision
FROM prompt
WHERE owner_id = :owner_id
  AND (created_at, id) < (:before_at, :before_id)
ORDER BY created_at DESC, id DESC
LIMIT :limit

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

-- name: prompt_exists
-- mode: read
SELECT 1
FROM prompt
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

-- name: prompt_list_of_project
-- mode: read
SELECT id, kind, project_id, owner_id, slug, name, description, status,
       is_active, version, last_version, content, system_prompt, model,
       model_params, tags, section, sub_section, route, categories, tone,
       output_format, few_shot, context, payload_schema, asset_id, file_name,
       created_at, created_by, updated_at, updated_by, revision
FROM prompt
WHERE project_id = :project_id
  AND status = coalesce(:status, status)
  AND (created_at, id) < (:before_at, :before_id)
ORDER BY created_at DESC, id DESC
LIMIT :limit

-- A slug may stand in several projects that the token reaches; the oldest
-- prompt is as good as any.
-- name: prompt_id_by_slug
-- mode: read
SELECT p.id
FROM token_reach AS r
JOIN project AS j ON j.team_id = r.team_id
JOIN prompt AS p ON p.project_id = j.id
WHERE r.token_id = :token_id
  AND p.slug = :slug
ORDER BY p.created_at, p.id
LIMIT 1

-- The description belongs to the prompt in px0, so no version is appended.
-- name: prompt_describe
-- mode: write
UPDATE prompt
SET description = :description,
    updated_at = :updated_at,
    updated_by = :updated_by,
    revision = revision + 1
WHERE id = :id
  AND revision = :revision

-- name: prompt_set_status
-- mode: write
UPDATE prompt
SET status = :status,
    revision = revision + 1
WHERE id = :id
  AND status <> :status

-- name: prompt_set_schema
-- mode: write
UPDATE prompt
SET payload_schema = :value,
    updated_at = :updated_at,
    updated_by = :updated_by,
    revision = revision + 1
WHERE id = :id
  AND revision = :revision

-- name: prompt_move
-- mode: write
UPDATE prompt
SET project_id = :value,
    updated_at = :updated_at,
    updated_by = :updated_by,
    revision = revision + 1
WHERE id = :id
  AND revision = :revision

-- The people behind a prompt, and how much was said about it.
-- name: prompt_find_credits
-- mode: read
SELECT c.email, u.email,
       (SELECT count(*)
        FROM comment AS m
        WHERE m.prompt_id = p.id)
FROM prompt AS p
JOIN user AS c ON c.id = p.created_by
JOIN user AS u ON u.id = p.updated_by
WHERE p.id = :id

-- Another active prompt of the section that answers for the same route,
-- sub-section and categories; what one of the two leaves out (an empty text
-- too) matches whatever the other says.
-- name: prompt_find_rival
-- mode: read
SELECT p.id
FROM prompt AS p
WHERE p.is_active
  AND p.section = :section
  AND p.id <> :id
  AND coalesce(nullif(p.route, '') = nullif(:route, ''), 1)
  AND coalesce(nullif(p.sub_section, '') = nullif(:sub_section, ''), 1)
  AND (json_array_length(p.categories) = 0
       OR json_array_length(:categories) = 0
       OR EXISTS (SELECT 1
                  FROM json_each(p.categories) AS ours
                  JOIN json_each(:categories) AS theirs
                    ON ours.value = theirs.value))
ORDER BY p.created_at, p.id
LIMIT 1

-- The prompt that the runtime serves for a section.
-- name: prompt_id_of_active
-- mode: read
SELECT id
FROM prompt
WHERE is_active
  AND section = :section
ORDER BY updated_at DESC, id DESC
LIMIT 1

-- name: prompt_count
-- mode: read
SELECT sum(total)
FROM prompt_total

-- name: prompt_count_listed
-- mode: read
SELECT count(*)
FROM prompt AS p
WHERE (:section IS NULL OR p.section = :section)
  AND (:route IS NULL OR p.route = :route)
  AND (:is_active IS NULL OR p.is_active = :is_active)
  AND (:tag IS NULL
       OR EXISTS (SELECT 1
                  FROM json_each(p.tags) AS tag
                  WHERE tag.value = :tag))
  AND (:search IS NULL
       OR instr(search_fold(p.name), search_fold(:search))
       OR instr(search_fold(p.route), search_fold(:search))
       OR instr(search_fold(p.system_prompt), search_fold(:search))
       OR instr(search_fold(p.content), search_fold(:search)))

-- The page is chosen by the index alone as far as filters allow; only its
-- own rows are read whole and told with their people.
-- name: prompt_page
-- mode: read
SELECT p.id, p.kind, p.project_id, p.owner_id, p.slug, p.name, p.description,
       p.status, p.is_active, p.version, p.last_version, p.content,
       p.system_prompt, p.model, p.model_params, p.tags, p.section,
       p.sub_section, p.route, p.categories, p.tone, p.output_format,
       p.few_shot, p.context, p.payload_schema, p.asset_id,
       p.file_name, p.created_at, p.created_by, p.updated_at,
       p.updated_by, p.revision,
       c.email, u.email,
       (SELECT count(*)
        FROM comment AS m
        WHERE m.prompt_id = p.id)
FROM (SELECT p.id AS id
      FROM prompt AS p
      WHERE (:section IS NULL OR p.section = :section)
        AND (:route IS NULL OR p.route = :route)
        AND (:is_active IS NULL OR p.is_active = :is_active)
        AND (:tag IS NULL
             OR EXISTS (SELECT 1
                        FROM json_each(p.tags) AS tag
                        WHERE tag.value = :tag))
        AND (:search IS NULL
             OR instr(search_fold(p.name), search_fold(:search))
             OR instr(search_fold(p.route), search_fold(:search))
             OR instr(search_fold(p.system_prompt), search_fold(:search))
             OR instr(search_fold(p.content), search_fold(:search)))
      ORDER BY p.updated_at DESC, p.id DESC
      LIMIT :limit OFFSET :offset) AS page
CROSS JOIN prompt AS p ON p.id = page.id
JOIN user AS c ON c.id = p.created_by
JOIN user AS u ON u.id = p.updated_by
ORDER BY p.updated_at DESC, p.id DESC
