-- The history of a prompt.

-- The number after every one that exists or was ever released.
-- name: version_next
-- mode: read
SELECT max(p.last_version,
           coalesce((SELECT max(v.version)
                     FROM prompt_version AS v
                     WHERE v.prompt_id = p.id), 0)) + 1
FROM prompt AS p
WHERE p.id = :prompt_id

-- What the prompt holds now becomes the version that it names.
-- name: version_append
-- mode: write
INSERT INTO prompt_version (prompt_id, version, id, state, name, description,
    is_active, content, system_prompt, model, model_params, tags, section,
    sub_section, route, categories, tone, output_format, few_shot, context,
    asset_id, file_name, author_id, created_at, published_at)
SELECT p.id, p.version, :id, 'released', p.name, p.description,
       p.is_active, p.content, p.system_prompt, p.model, p.model_params,
       p.tags, p.section, p.sub_section, p.route, p.categories, p.tone,
       p.output_format, p.few_shot, p.context, p.asset_id, p.file_name,
       p.updated_by, p.updated_at, p.updated_at
FROM prompt AS p
WHERE p.id = :prompt_id

-- name: version_delete
-- mode: write
DELETE FROM prompt_version
WHERE prompt_id = :prompt_id
  AND version = :version

-- A snapshot: what was released and is not live.
-- name: version_find_snapshot
-- mode: read
SELECT v.id, v.prompt_id, v.version, v.author_id, u.email, v.created_at,
       v.name, v.is_active, v.content, v.system_prompt, v.tags, v.section,
       v.sub_section, v.route, v.categories, v.tone, v.output_format,
       v.few_shot, v.context
FROM prompt_version AS v
JOIN prompt AS p ON p.id = v.prompt_id
JOIN user AS u ON u.id = v.author_id
WHERE v.prompt_id = :prompt_id
  AND v.version = :version
  AND v.version <> p.version
  AND v.state = 'released'
