-- OAuth access tokens, which an API key is given for an hour.

-- A token of its own, not a key: it ends with its key, opens less than it,
-- and is nobody's to list, rename or renew.
CREATE TABLE access_token (
    digest     BLOB NOT NULL PRIMARY KEY,   -- SHA-256 of the whole token
    id         TEXT NOT NULL UNIQUE,
    key_id     TEXT NOT NULL REFERENCES token (id),
    scopes     TEXT NOT NULL,               -- blank-separated
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX access_token_key ON access_token (key_id);
CREATE INDEX access_token_expires ON access_token (expires_at);
