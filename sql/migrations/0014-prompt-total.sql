-- How many prompts there are, so that no list has to count them.

CREATE TABLE prompt_total (
    is_voice INTEGER NOT NULL PRIMARY KEY CHECK (is_voice IN (0, 1)),
    total    INTEGER NOT NULL
) STRICT;

INSERT INTO prompt_total (is_voice, total)
SELECT 0, count(*)
FROM prompt
WHERE kind = 'text';

INSERT INTO prompt_total (is_voice, total)
SELECT 1, count(*)
FROM prompt
WHERE kind <> 'text';
