-- The search for prompts.  The index and search_pending only name candidates;
-- owner and words are asked of the prompt itself, so that an index that is
-- behind hides nothing and shows nothing old.

-- The owner's prompts with every term, the most terms in the title first,
-- then the newest, by the index.
-- name: search_by_index
-- mode: read
WITH candidate (prompt_id) AS (
    SELECT d.prompt_id
    FROM search_index
    JOIN search_document AS d ON d.id = search_index.rowid
    WHERE search_index MATCH :match
    UNION
    SELECT prompt_id
    FROM search_pending
),
hit (id, created_at, score) AS MATERIALIZED (
    SELECT p.id, p.created_at,
           search_rank(:terms, p.name,
               p.content || char(10) || coalesce(
                   (SELECT group_concat(value, char(10))
                    FROM json_each(p.tags)), ''))
    FROM candidate AS c
    CROSS JOIN prompt AS p ON p.id = c.prompt_id
    WHERE p.owner_id = :owner_id
)
SELECT id
FROM hit
WHERE score > 0
ORDER BY score DESC, created_at DESC, id DESC

-- The same by looking at each of the owner's prompts, for terms that are too
-- short for trigrams, and while the index is far behind.
-- name: search_by_owner
-- mode: read
WITH hit (id, created_at, score) AS MATERIALIZED (
    SELECT p.id, p.created_at,
           search_rank(:terms, p.name,
               p.content || char(10) || coalesce(
                   (SELECT group_concat(value, char(10))
                    FROM json_each(p.tags)), ''))
    FROM prompt AS p
    WHERE p.owner_id = :owner_id
)
SELECT id
FROM hit
WHERE score > 0
ORDER BY score DESC, created_at DESC, id DESC

-- What finds an owner's documents, as a phrase of the index.
-- name: search_mark_phrase
-- mode: read
SELECT '"' || search_mark(:owner_id) || '"'

-- How many documents must be passed, from the first on or from the last one
-- back, before the phrase has been met more than :few times; no row when it
-- is not met so often.
-- name: search_spread
-- mode: read
SELECT rowid
FROM search_index
WHERE search_index MATCH :phrase
ORDER BY rowid
LIMIT 1 OFFSET :few

-- name: search_spread_back
-- mode: read
SELECT (SELECT max(id) FROM search_document) - rowid
FROM search_index
WHERE search_index MATCH :phrase
ORDER BY rowid DESC
LIMIT 1 OFFSET :few

-- How many prompts wait for the index, :limit at most.
-- name: search_pending_count
-- mode: read
SELECT count(*)
FROM (SELECT 1
      FROM search_pending
      LIMIT :limit)

-- name: search_pending_list
-- mode: read
SELECT prompt_id
FROM search_pending
LIMIT :limit

-- One pending prompt is brought into the index by the following, in this
-- order; each does nothing where there is nothing to do.

-- name: search_drop_words
-- mode: write
DELETE FROM search_index
WHERE rowid = (SELECT id
               FROM search_document
               WHERE prompt_id = :prompt_id)

-- name: search_drop_document
-- mode: write
DELETE FROM search_document
WHERE prompt_id = :prompt_id
  AND NOT EXISTS (SELECT 1
                  FROM prompt
                  WHERE id = :prompt_id)

-- name: search_add_document
-- mode: write
INSERT OR IGNORE INTO search_document (prompt_id)
SELECT id
FROM prompt
WHERE id = :prompt_id

-- name: search_add_words
-- mode: write
INSERT INTO search_index (rowid, words)
SELECT d.id,
       search_mark(p.owner_id) || char(10) ||
           search_fold(p.name || char(10) || p.content || char(10) || coalesce(
               (SELECT group_concat(value, char(10))
                FROM json_each(p.tags)), ''))
FROM search_document AS d
JOIN prompt AS p ON p.id = d.prompt_id
WHERE d.prompt_id = :prompt_id

-- name: search_settle
-- mode: write
DELETE FROM search_pending
WHERE prompt_id = :prompt_id
