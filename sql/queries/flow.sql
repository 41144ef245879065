-- Which flows use which voice prompts.

-- name: flow_find
-- mode: read
SELECT prompt_id, flow_id, published_version, draft_version, created_at
FROM prompt_flow
WHERE prompt_id = :prompt_id
  AND flow_id = :flow_id

-- name: flow_count
-- mode: read
SELECT count(*)
FROM prompt_flow
WHERE prompt_id = :prompt_id

-- name: flow_list
-- mode: read
SELECT prompt_id, flow_id, published_version, draft_version, created_at
FROM prompt_flow
WHERE prompt_id = :prompt_id
ORDER BY flow_id
LIMIT :limit OFFSET :offset

-- name: flow_insert
-- mode: write
INSERT INTO prompt_flow (prompt_id, flow_id, published_version,
    draft_version, created_at)
VALUES (:prompt_id, :flow_id, :published_version, :draft_version, :now)

-- name: flow_update
-- mode: write
UPDATE prompt_flow
SET published_version = :published_version,
    draft_version = :draft_version
WHERE prompt_id = :prompt_id
  AND flow_id = :flow_id

-- name: flow_delete
-- mode: write
DELETE FROM prompt_flow
WHERE prompt_id = :prompt_id
  AND flow_id = :flow_id

-- Of a JSON array of ids the voice prompts, in its order and each once.
-- name: flow_usage
-- mode: read
SELECT p.id,
       (SELECT count(*)
        FROM prompt_flow AS f
        WHERE f.prompt_id = p.id)
FROM (SELECT value AS id, min(key) AS place
      FROM json_each(:ids)
      GROUP BY value) AS wanted
CROSS JOIN prompt AS p ON p.id = wanted.id
WHERE p.kind <> 'text'
ORDER BY wanted.place
