-- Prompts on their way out of and into the installation.

-- All of them, the last changed first.  The index on updated_at gives the
-- order (CROSS JOIN keeps it outermost), so no row is held for sorting.
-- name: transfer_list
-- mode: read
SELECT p.id, p.kind, p.project_id, p.owner_id, p.slug, p.name, p.description,
       p.status, p.is_active, p.version, p.last_version, p.content,
       p.system_prompt, p.model, p.model_params, p.tags, p.section,
       p.sub_section, p.route, p.categories, p.tone, p.output_format,
       p.few_shot, p.context, p.payload_schema, p.asset_id, p.file_name,
       p.created_at, p.created_by, p.updated_at, p.updated_by, p.revision,
       c.email, u.email,
       (SELECT count(*)
        FROM comment AS m
        WHERE m.prompt_id = p.id)
FROM prompt AS p
CROSS JOIN user AS c ON c.id = p.created_by
CROSS JOIN user AS u ON u.id = p.updated_by
ORDER BY p.updated_at DESC, p.id DESC

-- name: transfer_match
-- mode: read
SELECT id
FROM prompt
WHERE name = :name
  AND section IS :section
ORDER BY created_at, id
LIMIT 1

-- name: transfer_find_reference
-- mode: read
SELECT coalesce(prompt_id, user_id)
FROM external_reference
WHERE source = :source
  AND entity = :entity
  AND foreign_id = :foreign_id

-- name: transfer_insert_reference
-- mode: write
INSERT INTO external_reference (source, entity, foreign_id, prompt_id,
    user_id, created_at)
VALUES (:source, :entity, :foreign_id, :prompt_id, :user_id, :now)

-- name: transfer_first_admin
-- mode: read
SELECT id
FROM user
WHERE role = 'admin'
ORDER BY created_at, id
LIMIT 1
