-- Comments on prompts.

-- name: comment_find
-- mode: read
SELECT m.id, m.prompt_id, m.parent_id, m.content, m.author_id, u.email,
       m.created_at, m.updated_at
FROM comment AS m
JOIN user AS u ON u.id = m.author_id
WHERE m.id = :id

-- name: comment_insert
-- mode: write
INSERT INTO comment (id, prompt_id, parent_id, content, author_id,
    created_at, updated_at)
VALUES (:id, :prompt_id, :parent_id, :content, :author_id, :now, :now)

-- name: comment_list
-- mode: read
SELECT m.id, m.prompt_id, m.parent_id, m.content, m.author_id, u.email,
       m.created_at, m.updated_at
FROM comment AS m
JOIN user AS u ON u.id = m.author_id
WHERE m.prompt_id = :prompt_id
ORDER BY m.created_at, m.id
