-- Where imported users and prompts come from.

-- The id that a row had elsewhere, so that a second import of the same file
-- finds what the first one made.  source names the kind of file; a row that
-- had no id is known by the SHA-256 of what it said.
CREATE TABLE external_reference (
    source     TEXT NOT NULL,
    entity     TEXT NOT NULL CHECK (entity IN ('prompt', 'user')),
    foreign_id TEXT NOT NULL,
    prompt_id  TEXT REFERENCES prompt (id),
    user_id    TEXT REFERENCES user (id),
    created_at INTEGER NOT NULL,
    PRIMARY KEY (source, entity, foreign_id),
    CHECK ((entity = 'prompt') = (prompt_id IS NOT NULL)),
    CHECK ((entity = 'user') = (user_id IS NOT NULL))
) STRICT, WITHOUT ROWID;

CREATE INDEX external_reference_prompt ON external_reference (prompt_id)
    WHERE prompt_id IS NOT NULL;
CREATE INDEX external_reference_user ON external_reference (user_id)
    WHERE user_id IS NOT NULL;

-- An import looks for names in every project, the other users of this index
-- in one.
DROP INDEX prompt_name;
CREATE INDEX prompt_name ON prompt (name, project_id);
