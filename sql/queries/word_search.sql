-- px0's search for words.  The index and search_pending only name candidates;
-- reach, status and words are asked of the prompt itself.

-- SQLite's FTS5 puts the address of its interface where the pointer leads.
-- name: stemmer_find_fts5
-- mode: read
SELECT fts5(:api)

-- name: word_search_cut
-- mode: read
SELECT search_tokens(:text), search_stems(:text)

-- The projects that the token reaches stand in the index as words.
-- name: word_search_by_index
-- mode: read
WITH candidate (prompt_id) AS (
    SELECT d.prompt_id
    FROM search_text
    JOIN search_document AS d ON d.id = search_text.rowid
    WHERE search_text MATCH
              (SELECT '(' || group_concat('p' || replace(p.id, '-', ''),
                                          ' OR ') || ')'
               FROM token_reach AS r
               JOIN project AS p ON p.team_id = r.team_id
               WHERE r.token_id = :token_id) || :expression
    UNION
    SELECT prompt_id
    FROM search_pending
),
hit (id, updated_at, score) AS MATERIALIZED (
    SELECT p.id, p.updated_at,
           search_weigh(:plan, search_stems(p.name),
               search_stems(p.description), search_stems(p.slug))
    FROM candidate AS c
    CROSS JOIN prompt AS p ON p.id = c.prompt_id
    JOIN project AS j ON j.id = p.project_id
    JOIN token_reach AS r ON r.team_id = j.team_id
    WHERE r.token_id = :token_id
      AND p.status = 'active'
)
SELECT id
FROM hit
WHERE score > 0
ORDER BY score DESC, updated_at DESC, id
LIMIT :limit

-- The same by looking at each prompt within reach, while the index is far
-- behind.
-- name: word_search_by_reach
-- mode: read
WITH hit (id, updated_at, score) AS MATERIALIZED (
    SELECT p.id, p.updated_at,
           search_weigh(:plan, search_stems(p.name),
               search_stems(p.description), search_stems(p.slug))
    FROM token_reach AS r
    JOIN project AS j ON j.team_id = r.team_id
    JOIN prompt AS p ON p.project_id = j.id
    WHERE r.token_id = :token_id
      AND p.status = 'active'
)
SELECT id
FROM hit
WHERE score > 0
ORDER BY score DESC, updated_at DESC, id
LIMIT :limit

-- A pending prompt comes into this index together with the other one: see
-- search.sql.

-- name: word_search_drop
-- mode: write
DELETE FROM search_text
WHERE rowid = (SELECT id
               FROM search_document
               WHERE prompt_id = :prompt_id)

-- name: word_search_add
-- mode: write
INSERT INTO search_text (rowid, words)
SELECT d.id,
       'p' || replace(p.project_id, '-', '') || ' ' || p.name || ' ' ||
           p.slug || ' ' || p.description
FROM search_document AS d
JOIN prompt AS p ON p.id = d.prompt_id
WHERE d.prompt_id = :prompt_id
