-- The tables of promptledger, all four families.
--
-- Portable on purpose: foreign keys carry no ON DELETE actions (the triggers
-- delete children, so that every deletion is audited), times are integers
-- (UTC milliseconds), identifiers are text drawn by the program.
-- Columns that hold JSON say so; the program checks it before it writes.

CREATE TABLE user (
    id            TEXT NOT NULL PRIMARY KEY,
    email         TEXT NOT NULL,
    email_key     TEXT NOT NULL UNIQUE,       -- lower case, for comparison
    name          TEXT NOT NULL,
    password_hash TEXT,                       -- argon2id; NULL: no log-in
    role          TEXT NOT NULL
                  CHECK (role IN ('admin', 'editor', 'viewer', 'member')),
    is_admin      INTEGER NOT NULL DEFAULT 0, -- of the own organisation only
    is_verified   INTEGER NOT NULL DEFAULT 1,
    created_at    INTEGER NOT NULL
) STRICT;

CREATE TABLE organisation (
    id         TEXT NOT NULL PRIMARY KEY,
    name       TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE team (
    id              TEXT NOT NULL PRIMARY KEY,
    organisation_id TEXT NOT NULL REFERENCES organisation (id),
    name            TEXT NOT NULL,
    created_at      INTEGER NOT NULL
) STRICT;

CREATE INDEX team_organisation ON team (organisation_id);

CREATE TABLE membership (
    team_id    TEXT NOT NULL REFERENCES team (id),
    user_id    TEXT NOT NULL REFERENCES user (id),
    role       TEXT NOT NULL CHECK (role IN ('viewer', 'editor', 'admin')),
    created_at INTEGER NOT NULL,
    PRIMARY KEY (team_id, user_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX membership_user ON membership (user_id);

CREATE TABLE project (
    id         TEXT NOT NULL PRIMARY KEY,
    team_id    TEXT NOT NULL REFERENCES team (id),
    name       TEXT NOT NULL,
    slug       TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    UNIQUE (team_id, slug),
    UNIQUE (team_id, name)
) STRICT;

-- One row: the organisation, team and project that operators share, and the
-- value from which the audit chain starts.
CREATE TABLE installation (
    id              INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    genesis         BLOB NOT NULL,
    organisation_id TEXT REFERENCES organisation (id),
    team_id         TEXT REFERENCES team (id),
    project_id      TEXT REFERENCES project (id)
) STRICT;

CREATE TABLE token (
    digest          BLOB NOT NULL PRIMARY KEY, -- SHA-256 of the whole token
    id              TEXT NOT NULL UNIQUE,
    user_id         TEXT NOT NULL REFERENCES user (id),
    kind            TEXT NOT NULL CHECK (kind IN ('session', 'key')),
    name            TEXT NOT NULL DEFAULT '',
    operation       TEXT NOT NULL
                    CHECK (operation IN ('read_render', 'all', 'admin')),
    scopes          TEXT,                      -- blank-separated; NULL: all
    organisation_id TEXT REFERENCES organisation (id),
    created_at      INTEGER NOT NULL,
    expires_at      INTEGER,                   -- NULL: never
    last_used_at    INTEGER
) STRICT, WITHOUT ROWID;

CREATE INDEX token_user ON token (user_id);

-- The teams a key is bound to; none: every team of its organisation.
CREATE TABLE token_team (
    token_id TEXT NOT NULL REFERENCES token (id),
    team_id  TEXT NOT NULL REFERENCES team (id),
    PRIMARY KEY (token_id, team_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX token_team_team ON token_team (team_id);

-- An uploaded recording.  The bytes lie in a file named by sha256; several
-- assets may share it.
CREATE TABLE asset (
    id          TEXT NOT NULL PRIMARY KEY,
    sha256      BLOB NOT NULL,
    media_type  TEXT NOT NULL CHECK (media_type IN ('audio/wav', 'audio/mpeg')),
    size_bytes  INTEGER NOT NULL,
    duration_ms INTEGER NOT NULL,
    sample_rate INTEGER NOT NULL,
    channels    INTEGER NOT NULL,
    codec       TEXT NOT NULL,
    created_at  INTEGER NOT NULL,
    created_by  TEXT REFERENCES user (id)
) STRICT;

CREATE INDEX asset_sha256 ON asset (sha256);

-- A prompt always mirrors its live version (or, before any is live, the
-- newest one).  One meaning, four names: name is PromptCrafter's title;
-- content is the admin family's userPromptTemplate and px0's template.
CREATE TABLE prompt (
    id             TEXT NOT NULL PRIMARY KEY,
    kind           TEXT NOT NULL DEFAULT 'text'
                   CHECK (kind IN ('text', 'asset', 'tts', 'url')),
    project_id     TEXT NOT NULL REFERENCES project (id),
    owner_id       TEXT NOT NULL REFERENCES user (id),
    slug           TEXT NOT NULL,
    name           TEXT NOT NULL,
    description    TEXT NOT NULL DEFAULT '',
    status         TEXT NOT NULL DEFAULT 'active'
                   CHECK (status IN ('active', 'archived')),
    is_active      INTEGER NOT NULL DEFAULT 0,
    version        INTEGER NOT NULL DEFAULT 0, -- the live one; 0: none yet
    last_version   INTEGER NOT NULL DEFAULT 0, -- highest ever released
    content        TEXT NOT NULL DEFAULT '',
    system_prompt  TEXT,
    model          TEXT,
    model_params   TEXT,                       -- JSON object
    tags           TEXT NOT NULL DEFAULT '[]', -- JSON array of text
    section        TEXT,
    sub_section    TEXT,
    route          TEXT,
    categories     TEXT NOT NULL DEFAULT '[]', -- JSON array of text
    tone           TEXT,
    output_format  TEXT,
    few_shot       TEXT,                       -- JSON array
    context        TEXT,                       -- JSON object
    payload_schema TEXT,                       -- JSON object
    asset_id       TEXT REFERENCES asset (id),
    file_name      TEXT,
    created_at     INTEGER NOT NULL,
    created_by     TEXT NOT NULL REFERENCES user (id),
    updated_at     INTEGER NOT NULL,
    updated_by     TEXT NOT NULL REFERENCES user (id),
    revision       INTEGER NOT NULL DEFAULT 1,
    UNIQUE (project_id, slug)
) STRICT;

CREATE INDEX prompt_owner ON prompt (owner_id, created_at);
CREATE INDEX prompt_name ON prompt (project_id, name);
CREATE INDEX prompt_updated ON prompt (updated_at);
CREATE INDEX prompt_active ON prompt (section) WHERE is_active;
CREATE INDEX prompt_asset ON prompt (asset_id) WHERE asset_id IS NOT NULL;
-- Voice prompts have names of their own; the index decides the race.
CREATE UNIQUE INDEX prompt_voice_name ON prompt (name) WHERE kind <> 'text';

CREATE TABLE prompt_version (
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
) STRICT, WITHOUT ROWID;

CREATE INDEX prompt_version_asset ON prompt_version (asset_id)
    WHERE asset_id IS NOT NULL;

-- px0's movable labels.
CREATE TABLE version_tag (
    prompt_id  TEXT NOT NULL,
    tag        TEXT NOT NULL,
    version    INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (prompt_id, tag),
    FOREIGN KEY (prompt_id, version) REFERENCES prompt_version (prompt_id, version)
) STRICT, WITHOUT ROWID;

CREATE INDEX version_tag_version ON version_tag (prompt_id, version);

CREATE TABLE payload (
    id         TEXT NOT NULL PRIMARY KEY,
    prompt_id  TEXT NOT NULL REFERENCES prompt (id),
    name       TEXT,
    variables  TEXT NOT NULL,                  -- JSON object
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    revision   INTEGER NOT NULL DEFAULT 1
) STRICT;

CREATE INDEX payload_prompt ON payload (prompt_id, created_at);

-- PromptCrafter's logs: what a model answered to a prompt.
CREATE TABLE run_log (
    id         TEXT NOT NULL PRIMARY KEY,
    prompt_id  TEXT NOT NULL REFERENCES prompt (id),
    output     TEXT NOT NULL,
    model_used TEXT NOT NULL,
    notes      TEXT,
    score      INTEGER CHECK (score BETWEEN 0 AND 10),
    created_at INTEGER NOT NULL
) STRICT;

CREATE INDEX run_log_prompt ON run_log (prompt_id, created_at);

CREATE TABLE comment (
    id         TEXT NOT NULL PRIMARY KEY,
    prompt_id  TEXT NOT NULL REFERENCES prompt (id),
    parent_id  TEXT REFERENCES comment (id),
    content    TEXT NOT NULL,
    author_id  TEXT NOT NULL REFERENCES user (id),
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;

CREATE INDEX comment_prompt ON comment (prompt_id, created_at);
CREATE INDEX comment_parent ON comment (parent_id) WHERE parent_id IS NOT NULL;

-- A permission to upload one recording, used by one prompt.
CREATE TABLE upload_request (
    id                TEXT NOT NULL PRIMARY KEY,
    user_id           TEXT NOT NULL REFERENCES user (id),
    allowed_types     TEXT NOT NULL,           -- JSON array
    asset_id          TEXT REFERENCES asset (id),
    consumed_by       TEXT,                    -- prompt id, kept after it
    consumed_digest   BLOB,                    -- of the consuming body
    created_at        INTEGER NOT NULL,
    upload_expires_at INTEGER NOT NULL,
    expires_at        INTEGER NOT NULL
) STRICT;

CREATE INDEX upload_request_asset ON upload_request (asset_id)
    WHERE asset_id IS NOT NULL;

CREATE TABLE prompt_flow (
    prompt_id         TEXT NOT NULL REFERENCES prompt (id),
    flow_id           TEXT NOT NULL,
    published_version TEXT,                    -- JSON object
    draft_version     TEXT,                    -- JSON object
    created_at        INTEGER NOT NULL,
    PRIMARY KEY (prompt_id, flow_id)
) STRICT, WITHOUT ROWID;

-- Every change of user data, for ever.  No foreign keys: it outlives what it
-- tells of.  Written only through audit_entry; see triggers/audit.sql.
CREATE TABLE audit_log (
    seq        INTEGER NOT NULL PRIMARY KEY,
    at         INTEGER NOT NULL,
    actor_id   TEXT NOT NULL,
    actor_kind TEXT NOT NULL,
    token_id   TEXT,
    request_id TEXT NOT NULL,
    family     TEXT NOT NULL,
    entity     TEXT NOT NULL,
    entity_id  TEXT NOT NULL,
    prompt_id  TEXT,
    action     TEXT NOT NULL,
    changes    TEXT NOT NULL,                  -- JSON object
    prev_hash  BLOB NOT NULL,
    hash       BLOB NOT NULL
) STRICT;

CREATE INDEX audit_log_prompt ON audit_log (prompt_id, seq)
    WHERE prompt_id IS NOT NULL;

-- The way in.
CREATE VIEW audit_entry AS
SELECT entity, entity_id, prompt_id, action, changes
FROM audit_log;

-- Answers already given to an Idempotency-Key.  Not audited: it repeats what
-- the audited tables hold, for a day.
CREATE TABLE idempotency (
    token_id    TEXT NOT NULL,
    route       TEXT NOT NULL,
    key         TEXT NOT NULL,
    body_digest BLOB NOT NULL,
    status      INTEGER NOT NULL,
    headers     TEXT NOT NULL,
    answer      TEXT NOT NULL,
    expires_at  INTEGER NOT NULL,
    PRIMARY KEY (token_id, route, key)
) STRICT, WITHOUT ROWID;

CREATE INDEX idempotency_expires ON idempotency (expires_at);

-- Prompts whose words the full-text index does not hold yet.
CREATE TABLE search_pending (
    prompt_id TEXT NOT NULL PRIMARY KEY
) STRICT, WITHOUT ROWID;

-- What happened to a prompt, in the admin family's terms: CREATE, UPDATE,
-- ACTIVATE, DEACTIVATE, DELETE of the prompt, and DELETE of one version.
-- When a prompt is deleted its earlier records leave the view with it; the
-- final DELETE stays.  (The members of `changes` get the family's names in
-- the query change_list_of_prompt: SQLite 3.40 allows no JSON function in a
-- view while trusted_schema is off.)  The id is a UUID of version 8, made of
-- the record's own hash.
CREATE VIEW prompt_changes AS
SELECT a.seq AS seq,
       lower(substr(hex(a.hash), 1, 8) || '-' || substr(hex(a.hash), 9, 4)
           || '-8' || substr(hex(a.hash), 13, 3)
           || '-a' || substr(hex(a.hash), 16, 3)
           || '-' || substr(hex(a.hash), 19, 12)) AS id,
       a.prompt_id AS prompt_id,
       a.entity AS entity,
       a.action AS change_type,
       a.changes AS changes,
       a.actor_id AS author_id,
       a.at AS created_at
FROM audit_log AS a
WHERE a.prompt_id IS NOT NULL
  AND ((a.entity = 'prompt'
        AND (a.action = 'DELETE'
             OR EXISTS (SELECT 1 FROM prompt AS p WHERE p.id = a.prompt_id)))
       OR (a.entity = 'prompt_version' AND a.action = 'DELETE'
           AND EXISTS (SELECT 1 FROM prompt AS p WHERE p.id = a.prompt_id)));
