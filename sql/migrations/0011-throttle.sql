-- How often something was tried.  Nobody's data, so no audit: a row says only
-- when the tries of its key will all be there again.

CREATE TABLE throttle (
    key BLOB PRIMARY KEY,       -- SHA-256 of deed and subject
    full_at INTEGER NOT NULL    -- UTC milliseconds
) STRICT, WITHOUT ROWID;

CREATE INDEX throttle_full ON throttle (full_at);
