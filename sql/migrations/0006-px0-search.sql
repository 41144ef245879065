-- The index of px0's search: words by their stems.  Derived data like
-- search_index, whose documents it shares, and filled with it.

-- A prompt's project as a word of its own, then the words of its name, slug
-- and description.  Rows are only candidates, so there are no positions.
CREATE VIRTUAL TABLE search_text USING fts5 (
    words,
    tokenize = 'porter unicode61 remove_diacritics 2',
    detail = none,
    columnsize = 0
);

-- All that was indexed before there was this.
INSERT OR IGNORE INTO search_pending (prompt_id)
SELECT id
FROM prompt;
