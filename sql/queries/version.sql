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

-- px0's view of a version: live is the one that its prompt names, stable any
-- other that was released.
-- name: version_find
-- mode: read
SELECT v.prompt_id, v.version, v.id,
       CASE
       WHEN v.state <> 'released' THEN v.state
       WHEN v.version = p.version THEN 'live'
       ELSE 'stable'
       END,
       v.created_at, v.published_at,
       (SELECT json_group_array(l.tag)
        FROM (SELECT t.tag AS tag
              FROM version_tag AS t
              WHERE t.prompt_id = v.prompt_id
                AND t.version = v.version
              ORDER BY t.tag) AS l),
       v.content, v.system_prompt, v.model, v.model_params, v.tags, v.tone,
       v.output_format, v.few_shot, v.context, v.asset_id, v.file_name
FROM prompt_version AS v
JOIN prompt AS p ON p.id = v.prompt_id
WHERE v.prompt_id = :prompt_id
  AND v.version = :version

-- Those of one status, and those with any of some tags; NULL: all.
-- name: version_list
-- mode: read
SELECT v.prompt_id, v.version, v.id,
       CASE
       WHEN v.state <> 'released' THEN v.state
       WHEN v.version = p.version THEN 'live'
       ELSE 'stable'
       END AS standing,
       v.created_at, v.published_at,
       (SELECT json_group_array(l.tag)
        FROM (SELECT t.tag AS tag
              FROM version_tag AS t
              WHERE t.prompt_id = v.prompt_id
                AND t.version = v.version
              ORDER BY t.tag) AS l),
       v.content, v.system_prompt, v.model, v.model_params, v.tags, v.tone,
       v.output_format, v.few_shot, v.context, v.asset_id, v.file_name
FROM prompt_version AS v
JOIN prompt AS p ON p.id = v.prompt_id
WHERE v.prompt_id = :prompt_id
  AND (:status IS NULL OR standing = :status)
  AND (:tags IS NULL
       OR v.version IN (SELECT t.version
                        FROM version_tag AS t
                        JOIN json_each(:tags) AS wanted
                          ON wanted.value = t.tag
                        WHERE t.prompt_id = :prompt_id))
  AND (v.version, v.id) < (:before_at, :before_id)
ORDER BY v.version DESC
LIMIT :limit

-- What a prompt shows while none is live: the newest that was released, or
-- else the newest draft, or else the newest of what was archived.
-- name: version_newest
-- mode: read
SELECT version
FROM prompt_version
WHERE prompt_id = :prompt_id
ORDER BY state = 'released' DESC, state = 'draft' DESC, version DESC
LIMIT 1

-- A draft takes from its prompt whatever px0 does not name.
-- name: version_draft
-- mode: write
INSERT INTO prompt_version (prompt_id, version, id, state, name, description,
    is_active, content, system_prompt, model, model_params, tags, section,
    sub_section, route, categories, tone, output_format, few_shot, context,
    asset_id, file_name, author_id, created_at)
SELECT p.id, :version, :id, 'draft', p.name, p.description,
       p.is_active, :content, p.system_prompt, :model, :model_params,
       p.tags, p.section, p.sub_section, p.route, p.categories, p.tone,
       p.output_format, p.few_shot, p.context, p.asset_id, p.file_name,
       :author_id, :now
FROM prompt AS p
WHERE p.id = :prompt_id

-- name: version_duplicate
-- mode: write
INSERT INTO prompt_version (prompt_id, version, id, state, name, description,
    is_active, content, system_prompt, model, model_params, tags, section,
    sub_section, route, categories, tone, output_format, few_shot, context,
    asset_id, file_name, author_id, created_at)
SELECT v.prompt_id, :version, :id, 'draft', v.name, v.description,
       v.is_active, v.content, v.system_prompt, v.model, v.model_params,
       v.tags, v.section, v.sub_section, v.route, v.categories, v.tone,
       v.output_format, v.few_shot, v.context, v.asset_id, v.file_name,
       :author_id, :now
FROM prompt_version AS v
WHERE v.prompt_id = :prompt_id
  AND v.version = :original

-- name: version_update
-- mode: write
UPDATE prompt_version
SET content = :content,
    model = :model,
    model_params = :model_params
WHERE prompt_id = :prompt_id
  AND version = :version
  AND state = 'draft'

-- Draft to stable and stable to live alike; the comment says why it went live
-- where somebody gave a reason.
-- name: version_release
-- mode: write
UPDATE prompt_version
SET state = 'released',
    published_at = :now,
    comment = :comment
WHERE prompt_id = :prompt_id
  AND version = :version

-- name: version_archive
-- mode: write
UPDATE prompt_version
SET state = 'archived'
WHERE prompt_id = :prompt_id
  AND version = :version

-- What was released and never live may be higher than what the prompt has
-- noted; its number must not be given out again once it is deleted.
-- name: version_note_released
-- mode: write
UPDATE prompt
SET last_version = :version
WHERE id = :prompt_id
  AND last_version < :version

-- name: version_tag_find
-- mode: read
SELECT version
FROM version_tag
WHERE prompt_id = :prompt_id
  AND tag = :tag

-- name: version_tag_list
-- mode: read
SELECT tag, version
FROM version_tag
WHERE prompt_id = :prompt_id
ORDER BY tag

-- name: version_tag_insert
-- mode: write
INSERT INTO version_tag (prompt_id, tag, version, created_at)
VALUES (:prompt_id, :tag, :version, :now)

-- name: version_tag_move
-- mode: write
UPDATE version_tag
SET version = :version
WHERE prompt_id = :prompt_id
  AND tag = :tag

-- name: version_tag_delete
-- mode: write
DELETE FROM version_tag
WHERE prompt_id = :prompt_id
  AND tag = :tag
