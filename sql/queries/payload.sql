-- Payloads: stored sets of variables, px0's.

-- name: payload_find
-- mode: read
SELECT id, prompt_id, name, variables, created_at, updated_at, revision
FROM payload
WHERE id = :id
  AND prompt_id = :prompt_id

-- name: payload_list
-- mode: read
SELECT id, prompt_id, name, variables, created_at, updated_at, revision
FROM payload
WHERE prompt_id = :prompt_id
  AND (created_at, id) < (:before_at, :before_id)
ORDER BY created_at DESC, id DESC
LIMIT :limit

-- name: payload_insert
-- mode: write
INSERT INTO payload (id, prompt_id, variables, created_at, updated_at)
VALUES (:id, :prompt_id, :variables, :now, :now)

-- name: payload_update
-- mode: write
UPDATE payload
SET name = :name,
    variables = :variables,
    updated_at = :updated_at,
    revision = revision + 1
WHERE id = :id
  AND revision = :revision

-- name: payload_delete
-- mode: write
DELETE FROM payload
WHERE id = :id
