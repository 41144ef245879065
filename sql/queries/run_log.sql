-- Logs of what models answered, PromptCrafter's.

-- name: run_log_find
-- mode: read
SELECT l.id, l.prompt_id, p.owner_id, l.output, l.model_used, l.notes,
       l.score IS NOT NULL, l.score, l.created_at
FROM run_log AS l
JOIN prompt AS p ON p.id = l.prompt_id
WHERE l.id = :id

-- The newest :limit logs of the owner's prompts that come after the row that
-- the page before ended with.
-- name: run_log_list_of_owner
-- mode: read
SELECT l.id, l.prompt_id, p.owner_id, l.output, l.model_used, l.notes,
       l.score IS NOT NULL, l.score, l.created_at
FROM prompt AS p
JOIN run_log AS l ON l.prompt_id = p.id
WHERE p.owner_id = :owner_id
  AND (l.created_at, l.id) < (:before_at, :before_id)
ORDER BY l.created_at DESC, l.id DESC
LIMIT :limit

-- name: run_log_list_of_prompt
-- mode: read
SELECT l.id, l.prompt_id, p.owner_id, l.output, l.model_used, l.notes,
       l.score IS NOT NULL, l.score, l.created_at
FROM prompt AS p
JOIN run_log AS l ON l.prompt_id = p.id
WHERE p.id = :prompt_id
  AND (l.created_at, l.id) < (:before_at, :before_id)
ORDER BY l.created_at DESC, l.id DESC
LIMIT :limit

-- name: run_log_insert
-- mode: write
INSERT INTO run_log (id, prompt_id, output, model_used, notes, score,
    created_at)
VALUES (:id, :prompt_id, :output, :model_used, :notes, :score, :now)

-- name: run_log_delete
-- mode: write
DELETE FROM run_log
WHERE id = :id
