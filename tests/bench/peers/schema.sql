-- What the peers keep: prompts with every version, payloads, and an audit log
-- that triggers write in the transaction of the change.  Less than promptledger
-- does: no hash chain, no search, one kind of caller.

PRAGMA journal_mode = WAL;

CREATE TABLE tokens (
    hash    BLOB PRIMARY KEY,               -- SHA-256 of the token
    user_id TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE prompts (
    id         TEXT PRIMARY KEY,
    owner_id   TEXT NOT NULL,
    title      TEXT NOT NULL,
    content    TEXT NOT NULL,
    model      TEXT NOT NULL,
    tags       TEXT NOT NULL,               -- JSON array
    version    INTEGER NOT NULL DEFAULT 1,
    created_at INTEGER NOT NULL,            -- UTC milliseconds
    updated_at INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE versions (
    prompt_id  TEXT NOT NULL REFERENCES prompts (id) ON DELETE CASCADE,
    version    INTEGER NOT NULL,
    title      TEXT NOT NULL,
    content    TEXT NOT NULL,
    model      TEXT NOT NULL,
    tags       TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (prompt_id, version)
) WITHOUT ROWID;

CREATE TABLE payloads (
    id         TEXT PRIMARY KEY,
    prompt_id  TEXT NOT NULL REFERENCES prompts (id) ON DELETE CASCADE,
    name       TEXT,
    variables  TEXT NOT NULL,               -- JSON object
    updated_at INTEGER NOT NULL
) WITHOUT ROWID;

CREATE INDEX payloads_prompt ON payloads (prompt_id);

CREATE TABLE audit (
    seq     INTEGER PRIMARY KEY,
    at      INTEGER NOT NULL,
    entity  TEXT NOT NULL,
    id      TEXT NOT NULL,
    action  TEXT NOT NULL,
    changes TEXT NOT NULL                   -- JSON object
);

CREATE TRIGGER prompts_updated AFTER UPDATE ON prompts
BEGIN
    INSERT INTO audit (at, entity, id, action, changes)
    VALUES (new.updated_at, 'prompt', new.id, 'UPDATE', json_object(
        'title', json_array(old.title, new.title),
        'content', json_array(old.content, new.content),
        'model', json_array(old.model, new.model),
        'tags', json_array(json(old.tags), json(new.tags)),
        'version', json_array(old.version, new.version)));
END;

CREATE TRIGGER prompts_deleted AFTER DELETE ON prompts
BEGIN
    INSERT INTO audit (at, entity, id, action, changes)
    VALUES (unixepoch() * 1000, 'prompt', old.id, 'DELETE', json_object(
        'owner_id', old.owner_id, 'title', old.title,
        'content', old.content, 'model', old.model, 'tags', json(old.tags),
        'version', old.version, 'created_at', old.created_at,
        'updated_at', old.updated_at));
END;

CREATE TRIGGER payloads_updated AFTER UPDATE ON payloads
BEGIN
    INSERT INTO audit (at, entity, id, action, changes)
    VALUES (new.updated_at, 'payload', new.id, 'UPDATE', json_object(
        'name', json_array(old.name, new.name),
        'variables', json_array(json(old.variables), json(new.variables))));
END;
