-- Versions in the order of their coming, beside a small index.

-- Without row numbers the whole version was the key of its B-tree, five to a
-- page and so nine levels deep for four million: a PATCH changed three pages
-- of it, at random, and this was more than half of what it wrote.
CREATE TABLE new_version (
    prompt_id     TEXT NOT NULL REFERENCES prompt (id),
    version       INTEGER NOT NULL,
    id            TEXT NOT NULL UNIQUE,
    state         TEXT NOT NULL
                  CHECK (state IN ('draft', 'released', 'archived')),
    name          TEXT NOT NULL,
    description   TEXT NOT NULL,
    is_active     INTEGER NOT NULL,
    content       TEXT NOT NULL,
    system_prompt TEXT,
    model         TEXT,
    model_params  TEXT,
    tags          TEXT NOT NULL,
    section       TEXT,
    sub_section   TEXT,
    route         TEXT,
    categories    TEXT NOT NULL,
    tone          TEXT,
    output_format TEXT,
    few_shot      TEXT,
    context       TEXT,
    asset_id      TEXT REFERENCES asset (id),
    file_name     TEXT,
    comment       TEXT,
    author_id     TEXT NOT NULL REFERENCES user (id),
    created_at    INTEGER NOT NULL,
    published_at  INTEGER,
    PRIMARY KEY (prompt_id, version)
) STRICT;

INSERT INTO new_version
SELECT *
FROM prompt_version;

-- DROP TABLE deletes the rows first, and labels refer to them.
CREATE TABLE kept_tag AS
SELECT *
FROM version_tag;

DELETE FROM version_tag;

DROP TABLE prompt_version;

-- Else the new name would be refused, as views refer to the old table.
PRAGMA legacy_alter_table = ON;

ALTER TABLE new_version RENAME TO prompt_version;

PRAGMA legacy_alter_table = OFF;

CREATE INDEX prompt_version_asset ON prompt_version (asset_id)
    WHERE asset_id IS NOT NULL;

INSERT INTO version_tag
SELECT *
FROM kept_tag;

DROP TABLE kept_tag;
