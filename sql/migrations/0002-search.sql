-- The full-text index of prompts.  Derived data: it is filled from
-- search_pending, may be behind, and is not audited.

-- What can be found of a document, folded in case by the program.  Rows are
-- only candidates, which are held against the prompt itself, so the index
-- keeps no positions.
CREATE VIRTUAL TABLE search_index USING fts5 (
    words,
    tokenize = 'trigram case_sensitive 1',
    detail = none,
    columnsize = 0
);

-- Which document of the index stands for which prompt.
CREATE TABLE search_document (
    id        INTEGER NOT NULL PRIMARY KEY,
    prompt_id TEXT NOT NULL UNIQUE
) STRICT;

-- All that was written before there was an index.
INSERT OR IGNORE INTO search_pending (prompt_id)
SELECT id
FROM prompt;
