-- What a promptledger of schema version 2 had written, as `sqlite3 .dump`
-- shows it: made through its HTTP interface, not by hand.
PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
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
INSERT INTO user VALUES('01a1fdd9-00bd-71e7-a193-35231829248e','admin@example.org','admin@example.org','admin@example.org','$argon2id$v=19$m=19456,t=2,p=1$0RdZXI/RCkcuCjUWG4Hymw$UAgi1trKPFr+P/1b+zHi4eQc148SwA/tIT7oVXasmF0','admin',1,1,1795260219581);
INSERT INTO user VALUES('01a1fdd9-01a3-7c28-840c-d7a5e04ea7fe','editor@example.org','editor@example.org','editor@example.org','$argon2id$v=19$m=19456,t=2,p=1$jYHk8PSnVdyjg0EFk357HA$/K+UXcmnOSjATw31n6nU/nW+3VCT283nplYOSNbGfbg','editor',0,1,1795260219811);
INSERT INTO user VALUES('01a1fdd9-0a68-7a4d-b5da-67f855c22d11','ada@example.org','ada@example.org','Ada','$argon2id$v=19$m=19456,t=2,p=1$3Y4YKI6M4fhg3vMoTh74Jw$bq2AP4YvK9FQDKzoi5yn7Qg3yrZjSDl+jNbhHcHhGZE','member',1,1,1795260222056);
CREATE TABLE organisation (
    id         TEXT NOT NULL PRIMARY KEY,
    name       TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;
INSERT INTO organisation VALUES('01a1fdd9-0019-7191-a4e0-88de5e551d24','Default Org',1795260219417);
INSERT INTO organisation VALUES('01a1fdd9-0a68-7a4d-8a74-7d9e4b0f1c8b','Default Org',1795260222056);
CREATE TABLE team (
    id              TEXT NOT NULL PRIMARY KEY,
    organisation_id TEXT NOT NULL REFERENCES organisation (id),
    name            TEXT NOT NULL,
    created_at      INTEGER NOT NULL
) STRICT;
INSERT INTO team VALUES('01a1fdd9-0019-7191-aab2-b59eaa093487','01a1fdd9-0019-7191-a4e0-88de5e551d24','Default Team',1795260219417);
INSERT INTO team VALUES('01a1fdd9-0a68-7a4d-b3fa-6e4140660b7b','01a1fdd9-0a68-7a4d-8a74-7d9e4b0f1c8b','Default Team',1795260222056);
CREATE TABLE membership (
    team_id    TEXT NOT NULL REFERENCES team (id),
    user_id    TEXT NOT NULL REFERENCES user (id),
    role       TEXT NOT NULL CHECK (role IN ('viewer', 'editor', 'admin')),
    created_at INTEGER NOT NULL,
    PRIMARY KEY (team_id, user_id)
) STRICT, WITHOUT ROWID;
INSERT INTO membership VALUES('01a1fdd9-0019-7191-aab2-b59eaa093487','01a1fdd9-00bd-71e7-a193-35231829248e','admin',1795260219581);
INSERT INTO membership VALUES('01a1fdd9-0019-7191-aab2-b59eaa093487','01a1fdd9-01a3-7c28-840c-d7a5e04ea7fe','editor',1795260219811);
INSERT INTO membership VALUES('01a1fdd9-0a68-7a4d-b3fa-6e4140660b7b','01a1fdd9-0a68-7a4d-b5da-67f855c22d11','admin',1795260222056);
CREATE TABLE project (
    id         TEXT NOT NULL PRIMARY KEY,
    team_id    TEXT NOT NULL REFERENCES team (id),
    name       TEXT NOT NULL,
    slug       TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    UNIQUE (team_id, slug),
    UNIQUE (team_id, name)
) STRICT;
INSERT INTO project VALUES('01a1fdd9-0019-7191-946f-e166ac773d49','01a1fdd9-0019-7191-aab2-b59eaa093487','Prompts','prompts',1795260219417);
INSERT INTO project VALUES('01a1fdd9-0a68-7a4d-9d1d-613d7eb54dc8','01a1fdd9-0a68-7a4d-b3fa-6e4140660b7b','Prompts','prompts',1795260222056);
CREATE TABLE installation (
    id              INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    genesis         BLOB NOT NULL,
    organisation_id TEXT REFERENCES organisation (id),
    team_id         TEXT REFERENCES team (id),
    project_id      TEXT REFERENCES project (id)
) STRICT;
INSERT INTO installation VALUES(1,X'd6353c5f8074c42e3bed8837fac428df7869eb004b95b1de975bbde27676d4df','01a1fdd9-0019-7191-a4e0-88de5e551d24','01a1fdd9-0019-7191-aab2-b59eaa093487','01a1fdd9-0019-7191-946f-e166ac773d49');
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
INSERT INTO token VALUES(X'2c456cbad573d8f622f94bf18a58f22843d9b8028f703be77c216589d8acc098','01a1fdd9-01fd-7cfd-b2b4-d10fe13c352b','01a1fdd9-00bd-71e7-a193-35231829248e','session','command line','admin',NULL,NULL,1795260219901,1795346619901,NULL);
INSERT INTO token VALUES(X'3a0973a3d352289580656687b1e24fbedb39520789a2c8dee113f93605eeaf76','01a1fdd9-01cf-79d2-9d9a-d6b6ebd2e707','01a1fdd9-01a3-7c28-840c-d7a5e04ea7fe','session','command line','admin',NULL,NULL,1795260219855,1795346619855,NULL);
INSERT INTO token VALUES(X'5cfaa5a322b37adf196513f4ba87950508ae1ca5d0724021cd72dc162b57c88b','01a1fdd9-0a68-7a4d-864e-9b7e0836e91d','01a1fdd9-0a68-7a4d-b5da-67f855c22d11','session','','admin',NULL,NULL,1795260222056,1795346622056,NULL);
CREATE TABLE token_team (
    token_id TEXT NOT NULL REFERENCES token (id),
    team_id  TEXT NOT NULL REFERENCES team (id),
    PRIMARY KEY (token_id, team_id)
) STRICT, WITHOUT ROWID;
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
INSERT INTO asset VALUES('01a1fdd9-0dc6-7953-8672-a8fb636ad847',X'cc6b659211639f2ebad187bddf44141407b490f75ada78998e4af7a5336980c6','audio/wav',8044,500,8000,1,'pcm',1795260222918,'01a1fdd9-01a3-7c28-840c-d7a5e04ea7fe');
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
INSERT INTO prompt VALUES('01a1fdd9-0afc-79a5-9095-afcca826aabd','text','01a1fdd9-0019-7191-946f-e166ac773d49','01a1fdd9-01a3-7c28-840c-d7a5e04ea7fe','greeting','Greeting','','active',0,2,2,'Say good day to {{.name}}, from Zürich.',NULL,'gpt-4',NULL,'["hello","old"]',NULL,NULL,NULL,'[]',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1795260222204,'01a1fdd9-01a3-7c28-840c-d7a5e04ea7fe',1795260222232,'01a1fdd9-01a3-7c28-840c-d7a5e04ea7fe',2);
INSERT INTO prompt VALUES('01a1fdd9-0e1a-7e49-b101-20e1dc425c12','asset','01a1fdd9-0019-7191-946f-e166ac773d49','01a1fdd9-01a3-7c28-840c-d7a5e04ea7fe','welcome','Welcome','first','active',0,1,1,'',NULL,NULL,NULL,'[]',NULL,NULL,NULL,'[]',NULL,NULL,NULL,NULL,NULL,'01a1fdd9-0dc6-7953-8672-a8fb636ad847','greeting.wav',1795260223002,'01a1fdd9-01a3-7c28-840c-d7a5e04ea7fe',1795260223002,'01a1fdd9-01a3-7c28-840c-d7a5e04ea7fe',1);
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
INSERT INTO prompt_version VALUES('01a1fdd9-0afc-79a5-9095-afcca826aabd',1,'01a1fdd9-0afc-79a5-b739-c44d9db8fc92','released','Greeting','',0,'Say hello to {{.name}}, from Zürich.',NULL,'gpt-4',NULL,'["hello","old"]',NULL,NULL,NULL,'[]',NULL,NULL,NULL,NULL,NULL,NULL,NULL,'01a1fdd9-01a3-7c28-840c-d7a5e04ea7fe',1795260222204,1795260222204);
INSERT INTO prompt_version VALUES('01a1fdd9-0afc-79a5-9095-afcca826aabd',2,'01a1fdd9-0b18-741c-b207-631011111f4c','released','Greeting','',0,'Say good day to {{.name}}, from Zürich.',NULL,'gpt-4',NULL,'["hello","old"]',NULL,NULL,NULL,'[]',NULL,NULL,NULL,NULL,NULL,NULL,NULL,'01a1fdd9-01a3-7c28-840c-d7a5e04ea7fe',1795260222232,1795260222232);
INSERT INTO prompt_version VALUES('01a1fdd9-0e1a-7e49-b101-20e1dc425c12',1,'01a1fdd9-0e1a-7e49-ab15-65de99378ed8','released','Welcome','first',0,'',NULL,NULL,NULL,'[]',NULL,NULL,NULL,'[]',NULL,NULL,NULL,NULL,'01a1fdd9-0dc6-7953-8672-a8fb636ad847','greeting.wav',NULL,'01a1fdd9-01a3-7c28-840c-d7a5e04ea7fe',1795260223002,1795260223002);
CREATE TABLE version_tag (
    prompt_id  TEXT NOT NULL,
    tag        TEXT NOT NULL,
    version    INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (prompt_id, tag),
    FOREIGN KEY (prompt_id, version) REFERENCES prompt_version (prompt_id, version)
) STRICT, WITHOUT ROWID;
CREATE TABLE payload (
    id         TEXT NOT NULL PRIMARY KEY,
    prompt_id  TEXT NOT NULL REFERENCES prompt (id),
    name       TEXT,
    variables  TEXT NOT NULL,                  -- JSON object
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    revision   INTEGER NOT NULL DEFAULT 1
) STRICT;
INSERT INTO payload VALUES('01a1fdd9-0b52-7a93-a4be-d248086a5a4e','01a1fdd9-0afc-79a5-9095-afcca826aabd',NULL,'{"name":"Ada"}',1795260222290,1795260222290,1);
CREATE TABLE run_log (
    id         TEXT NOT NULL PRIMARY KEY,
    prompt_id  TEXT NOT NULL REFERENCES prompt (id),
    output     TEXT NOT NULL,
    model_used TEXT NOT NULL,
    notes      TEXT,
    score      INTEGER CHECK (score BETWEEN 0 AND 10),
    created_at INTEGER NOT NULL
) STRICT;
INSERT INTO run_log VALUES('01a1fdd9-0b33-77df-871a-2cb7b86c8f6e','01a1fdd9-0afc-79a5-9095-afcca826aabd','Good day, Ada.','any',NULL,9,1795260222259);
CREATE TABLE comment (
    id         TEXT NOT NULL PRIMARY KEY,
    prompt_id  TEXT NOT NULL REFERENCES prompt (id),
    parent_id  TEXT REFERENCES comment (id),
    content    TEXT NOT NULL,
    author_id  TEXT NOT NULL REFERENCES user (id),
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;
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
INSERT INTO upload_request VALUES('01a1fdd9-0cf9-7d4b-954f-c99c44959cf0','01a1fdd9-01a3-7c28-840c-d7a5e04ea7fe','["audio/mpeg","audio/wav"]','01a1fdd9-0dc6-7953-8672-a8fb636ad847','01a1fdd9-0e1a-7e49-b101-20e1dc425c12',X'c0fce03c129335b5da4abb2e3c4ffda63d53f6cd36c57b9fdeffc846b2332a21',1795260222713,1795261122713,1795346622713);
CREATE TABLE prompt_flow (
    prompt_id         TEXT NOT NULL REFERENCES prompt (id),
    flow_id           TEXT NOT NULL,
    published_version TEXT,                    -- JSON object
    draft_version     TEXT,                    -- JSON object
    created_at        INTEGER NOT NULL,
    PRIMARY KEY (prompt_id, flow_id)
) STRICT, WITHOUT ROWID;
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
INSERT INTO audit_log VALUES(1,1795260219417,'installation','system',NULL,'start','system','organisation','01a1fdd9-0019-7191-a4e0-88de5e551d24',NULL,'CREATE','{"created":{"id":"01a1fdd9-0019-7191-a4e0-88de5e551d24","name":"Default Org","created_at":1795260219417}}',X'd6353c5f8074c42e3bed8837fac428df7869eb004b95b1de975bbde27676d4df',X'6bc4939be7ef245901943a9898594cde0c99c846be8b502669f3b7e410026562');
INSERT INTO audit_log VALUES(2,1795260219417,'installation','system',NULL,'start','system','team','01a1fdd9-0019-7191-aab2-b59eaa093487',NULL,'CREATE','{"created":{"id":"01a1fdd9-0019-7191-aab2-b59eaa093487","organisation_id":"01a1fdd9-0019-7191-a4e0-88de5e551d24","name":"Default Team","created_at":1795260219417}}',X'6bc4939be7ef245901943a9898594cde0c99c846be8b502669f3b7e410026562',X'c204c054239bac7f2a8950054a56258ce8114f162b90a2f82b18f7ea6ea11ccd');
INSERT INTO audit_log VALUES(3,1795260219417,'installation','system',NULL,'start','system','project','01a1fdd9-0019-7191-946f-e166ac773d49',NULL,'CREATE','{"created":{"id":"01a1fdd9-0019-7191-946f-e166ac773d49","team_id":"01a1fdd9-0019-7191-aab2-b59eaa093487","name":"Prompts","slug":"prompts","created_at":1795260219417}}',X'c204c054239bac7f2a8950054a56258ce8114f162b90a2f82b18f7ea6ea11ccd',X'68a9e118e360ef1efe2fb52b8f94bd87d3dd423c57ae22f4cf5b65a9057acb8e');
INSERT INTO audit_log VALUES(4,1795260219581,'root','operator',NULL,'command','cli','user','01a1fdd9-00bd-71e7-a193-35231829248e',NULL,'CREATE','{"created":{"id":"01a1fdd9-00bd-71e7-a193-35231829248e","email":"admin@example.org","name":"admin@example.org","password_hash":"changed","role":"admin","is_admin":1,"is_verified":1,"created_at":1795260219581}}',X'68a9e118e360ef1efe2fb52b8f94bd87d3dd423c57ae22f4cf5b65a9057acb8e',X'216d68f2dbecf3d23762b30b974f10b05997cf0608890900e734c6191fc4da53');
INSERT INTO audit_log VALUES(5,1795260219581,'root','operator',NULL,'command','cli','membership','01a1fdd9-0019-7191-aab2-b59eaa093487/01a1fdd9-00bd-71e7-a193-35231829248e',NULL,'CREATE','{"created":{"team_id":"01a1fdd9-0019-7191-aab2-b59eaa093487","user_id":"01a1fdd9-00bd-71e7-a193-35231829248e","role":"admin","created_at":1795260219581}}',X'216d68f2dbecf3d23762b30b974f10b05997cf0608890900e734c6191fc4da53',X'a8c2d05aae4858a9ef2ac89e897e55eab5bcb575e9b1b899eb06df509c30cccf');
INSERT INTO audit_log VALUES(6,1795260219811,'root','operator',NULL,'command','cli','user','01a1fdd9-01a3-7c28-840c-d7a5e04ea7fe',NULL,'CREATE','{"created":{"id":"01a1fdd9-01a3-7c28-840c-d7a5e04ea7fe","email":"editor@example.org","name":"editor@example.org","password_hash":"changed","role":"editor","is_admin":0,"is_verified":1,"created_at":1795260219811}}',X'a8c2d05aae4858a9ef2ac89e897e55eab5bcb575e9b1b899eb06df509c30cccf',X'4851caf2131b59337ed26ac233833769bfc3f06b426caf6557816cf4349ccd93');
INSERT INTO audit_log VALUES(7,1795260219811,'root','operator',NULL,'command','cli','membership','01a1fdd9-0019-7191-aab2-b59eaa093487/01a1fdd9-01a3-7c28-840c-d7a5e04ea7fe',NULL,'CREATE','{"created":{"team_id":"01a1fdd9-0019-7191-aab2-b59eaa093487","user_id":"01a1fdd9-01a3-7c28-840c-d7a5e04ea7fe","role":"editor","created_at":1795260219811}}',X'4851caf2131b59337ed26ac233833769bfc3f06b426caf6557816cf4349ccd93',X'0185be16d4f926fcb589e8fd78b8deff64151b2800426c7b36444f5abea4da52');
INSERT INTO audit_log VALUES(8,1795260219855,'root','operator',NULL,'command','cli','token','01a1fdd9-01cf-79d2-9d9a-d6b6ebd2e707',NULL,'CREATE','{"created":{"id":"01a1fdd9-01cf-79d2-9d9a-d6b6ebd2e707","digest":"changed","user_id":"01a1fdd9-01a3-7c28-840c-d7a5e04ea7fe","kind":"session","name":"command line","operation":"admin","scopes":null,"organisation_id":null,"created_at":1795260219855,"expires_at":1795346619855}}',X'0185be16d4f926fcb589e8fd78b8deff64151b2800426c7b36444f5abea4da52',X'07cf614d837721c11fd6c71f35e22d9944162a06e4666bb0873b71937e03d28b');
INSERT INTO audit_log VALUES(9,1795260219901,'root','operator',NULL,'command','cli','token','01a1fdd9-01fd-7cfd-b2b4-d10fe13c352b',NULL,'CREATE','{"created":{"id":"01a1fdd9-01fd-7cfd-b2b4-d10fe13c352b","digest":"changed","user_id":"01a1fdd9-00bd-71e7-a193-35231829248e","kind":"session","name":"command line","operation":"admin","scopes":null,"organisation_id":null,"created_at":1795260219901,"expires_at":1795346619901}}',X'07cf614d837721c11fd6c71f35e22d9944162a06e4666bb0873b71937e03d28b',X'82135720f16efa509178eca746a4588c8a3841042fd79e35c44357f886001b71');
INSERT INTO audit_log VALUES(10,1795260222056,'anonymous','anonymous',NULL,'39220249fae5868d','promptcrafter','user','01a1fdd9-0a68-7a4d-b5da-67f855c22d11',NULL,'CREATE','{"created":{"id":"01a1fdd9-0a68-7a4d-b5da-67f855c22d11","email":"ada@example.org","name":"Ada","password_hash":"changed","role":"member","is_admin":1,"is_verified":1,"created_at":1795260222056}}',X'82135720f16efa509178eca746a4588c8a3841042fd79e35c44357f886001b71',X'73efda0b8cf53de100e4901afb65bc1fa3ba024c9ebdbc66926897255248e2a4');
INSERT INTO audit_log VALUES(11,1795260222056,'anonymous','anonymous',NULL,'39220249fae5868d','promptcrafter','organisation','01a1fdd9-0a68-7a4d-8a74-7d9e4b0f1c8b',NULL,'CREATE','{"created":{"id":"01a1fdd9-0a68-7a4d-8a74-7d9e4b0f1c8b","name":"Default Org","created_at":1795260222056}}',X'73efda0b8cf53de100e4901afb65bc1fa3ba024c9ebdbc66926897255248e2a4',X'5e8a3556c12acdff840c4ef382372d9012373bf45de7c3a9fee91ed850400816');
INSERT INTO audit_log VALUES(12,1795260222056,'anonymous','anonymous',NULL,'39220249fae5868d','promptcrafter','team','01a1fdd9-0a68-7a4d-b3fa-6e4140660b7b',NULL,'CREATE','{"created":{"id":"01a1fdd9-0a68-7a4d-b3fa-6e4140660b7b","organisation_id":"01a1fdd9-0a68-7a4d-8a74-7d9e4b0f1c8b","name":"Default Team","created_at":1795260222056}}',X'5e8a3556c12acdff840c4ef382372d9012373bf45de7c3a9fee91ed850400816',X'6579c168b251ac8f62bc8dd8490dddc55bf45c9b2ed15206304b72af570176ba');
INSERT INTO audit_log VALUES(13,1795260222056,'anonymous','anonymous',NULL,'39220249fae5868d','promptcrafter','project','01a1fdd9-0a68-7a4d-9d1d-613d7eb54dc8',NULL,'CREATE','{"created":{"id":"01a1fdd9-0a68-7a4d-9d1d-613d7eb54dc8","team_id":"01a1fdd9-0a68-7a4d-b3fa-6e4140660b7b","name":"Prompts","slug":"prompts","created_at":1795260222056}}',X'6579c168b251ac8f62bc8dd8490dddc55bf45c9b2ed15206304b72af570176ba',X'ade3392205a92028251b1ad1e127d9f0cb48137ea2c111193f1035f8658518e4');
INSERT INTO audit_log VALUES(14,1795260222056,'anonymous','anonymous',NULL,'39220249fae5868d','promptcrafter','membership','01a1fdd9-0a68-7a4d-b3fa-6e4140660b7b/01a1fdd9-0a68-7a4d-b5da-67f855c22d11',NULL,'CREATE','{"created":{"team_id":"01a1fdd9-0a68-7a4d-b3fa-6e4140660b7b","user_id":"01a1fdd9-0a68-7a4d-b5da-67f855c22d11","role":"admin","created_at":1795260222056}}',X'ade3392205a92028251b1ad1e127d9f0cb48137ea2c111193f1035f8658518e4',X'0eca6f1f0cd0d3a163beb2fb09950ff0e196d562d09a8697391f981e942a2ffa');
INSERT INTO audit_log VALUES(15,1795260222056,'anonymous','anonymous',NULL,'39220249fae5868d','promptcrafter','token','01a1fdd9-0a68-7a4d-864e-9b7e0836e91d',NULL,'CREATE','{"created":{"id":"01a1fdd9-0a68-7a4d-864e-9b7e0836e91d","digest":"changed","user_id":"01a1fdd9-0a68-7a4d-b5da-67f855c22d11","kind":"session","name":"","operation":"admin","scopes":null,"organisation_id":null,"created_at":1795260222056,"expires_at":1795346622056}}',X'0eca6f1f0cd0d3a163beb2fb09950ff0e196d562d09a8697391f981e942a2ffa',X'984620c92f13da95b94570d322e9779e5f8a4d096be831e8b9d65cfe608ad4af');
INSERT INTO audit_log VALUES(16,1795260222204,'01a1fdd9-01a3-7c28-840c-d7a5e04ea7fe','user','01a1fdd9-01cf-79d2-9d9a-d6b6ebd2e707','043fa124f4cc9ead','promptcrafter','prompt','01a1fdd9-0afc-79a5-9095-afcca826aabd','01a1fdd9-0afc-79a5-9095-afcca826aabd','CREATE','{"created":{"id":"01a1fdd9-0afc-79a5-9095-afcca826aabd","kind":"text","project_id":"01a1fdd9-0019-7191-946f-e166ac773d49","owner_id":"01a1fdd9-01a3-7c28-840c-d7a5e04ea7fe","slug":"greeting","name":"Greeting","description":"","status":"active","is_active":0,"version":1,"last_version":1,"content":"Say hello to {{.name}}, from Zürich.","system_prompt":null,"model":"gpt-4","model_params":null,"tags":["hello","old"],"section":null,"sub_section":null,"route":null,"categories":[],"tone":null,"output_format":null,"few_shot":null,"context":null,"payload_schema":null,"asset_id":null,"file_name":null,"created_at":1795260222204,"created_by":"01a1fdd9-01a3-7c28-840c-d7a5e04ea7fe","updated_at":1795260222204,"updated_by":"01a1fdd9-01a3-7c28-840c-d7a5e04ea7fe","revision":1}}',X'984620c92f13da95b94570d322e9779e5f8a4d096be831e8b9d65cfe608ad4af',X'302c21486392ab74b790e0279db3450e635a543137adce2f459b97a714fc5ebd');
INSERT INTO audit_log VALUES(17,1795260222232,'01a1fdd9-01a3-7c28-840c-d7a5e04ea7fe','user','01a1fdd9-01cf-79d2-9d9a-d6b6ebd2e707','24704b2f40a7ce44','promptcrafter','prompt','01a1fdd9-0afc-79a5-9095-afcca826aabd','01a1fdd9-0afc-79a5-9095-afcca826aabd','UPDATE','{"version":{"old":1,"new":2},"content":{"old":"Say hello to {{.name}}, from Zürich.","new":"Say good day to {{.name}}, from Zürich."}}',X'302c21486392ab74b790e0279db3450e635a543137adce2f459b97a714fc5ebd',X'04da31b9e1eff6637bd7896baca2a11c64deea76dfb22209e3be24f2b23f00cd');
INSERT INTO audit_log VALUES(18,1795260222259,'01a1fdd9-01a3-7c28-840c-d7a5e04ea7fe','user','01a1fdd9-01cf-79d2-9d9a-d6b6ebd2e707','ceb2fc1bdb348df6','promptcrafter','run_log','01a1fdd9-0b33-77df-871a-2cb7b86c8f6e','01a1fdd9-0afc-79a5-9095-afcca826aabd','CREATE','{"created":{"id":"01a1fdd9-0b33-77df-871a-2cb7b86c8f6e","output":"Good day, Ada.","model_used":"any","notes":null,"score":9,"created_at":1795260222259}}',X'04da31b9e1eff6637bd7896baca2a11c64deea76dfb22209e3be24f2b23f00cd',X'd59f357948d0f0c47c03dd4594c5bb9f90438131a3ef1713b85f943555165a30');
INSERT INTO audit_log VALUES(19,1795260222290,'01a1fdd9-01a3-7c28-840c-d7a5e04ea7fe','user','01a1fdd9-01cf-79d2-9d9a-d6b6ebd2e707','7fcc54accd34209f','px0','payload','01a1fdd9-0b52-7a93-a4be-d248086a5a4e','01a1fdd9-0afc-79a5-9095-afcca826aabd','CREATE','{"created":{"id":"01a1fdd9-0b52-7a93-a4be-d248086a5a4e","name":null,"variables":{"name":"Ada"},"created_at":1795260222290,"updated_at":1795260222290,"revision":1}}',X'd59f357948d0f0c47c03dd4594c5bb9f90438131a3ef1713b85f943555165a30',X'3e3fc6558a74153287e25dfc09e88d59f01dca3bf0d0c02a9ea26a6285c93c48');
INSERT INTO audit_log VALUES(20,1795260222394,'01a1fdd9-00bd-71e7-a193-35231829248e','user','01a1fdd9-01fd-7cfd-b2b4-d10fe13c352b','2916f556269bcb1d','promptcrafter','prompt','01a1fdd9-0bba-792f-b9aa-45ba147b95c6','01a1fdd9-0bba-792f-b9aa-45ba147b95c6','CREATE','{"created":{"id":"01a1fdd9-0bba-792f-b9aa-45ba147b95c6","kind":"text","project_id":"01a1fdd9-0019-7191-946f-e166ac773d49","owner_id":"01a1fdd9-00bd-71e7-a193-35231829248e","slug":"gone","name":"Gone","description":"","status":"active","is_active":0,"version":1,"last_version":1,"content":"To be deleted.","system_prompt":null,"model":"gpt-4","model_params":null,"tags":[],"section":null,"sub_section":null,"route":null,"categories":[],"tone":null,"output_format":null,"few_shot":null,"context":null,"payload_schema":null,"asset_id":null,"file_name":null,"created_at":1795260222394,"created_by":"01a1fdd9-00bd-71e7-a193-35231829248e","updated_at":1795260222394,"updated_by":"01a1fdd9-00bd-71e7-a193-35231829248e","revision":1}}',X'3e3fc6558a74153287e25dfc09e88d59f01dca3bf0d0c02a9ea26a6285c93c48',X'e0ebdc51b22b6326e199681052091754c6d0233432d7b605bfb994e5b342a855');
INSERT INTO audit_log VALUES(21,1795260222492,'01a1fdd9-00bd-71e7-a193-35231829248e','user','01a1fdd9-01fd-7cfd-b2b4-d10fe13c352b','afe0b12c63d4adc9','admin','prompt_version','01a1fdd9-0bba-792f-81c2-7505a0b711ae','01a1fdd9-0bba-792f-b9aa-45ba147b95c6','DELETE','{"deleted":{"id":"01a1fdd9-0bba-792f-81c2-7505a0b711ae","version":1,"state":"released","name":"Gone","description":"","is_active":0,"content":"To be deleted.","system_prompt":null,"model":"gpt-4","model_params":null,"tags":[],"section":null,"sub_section":null,"route":null,"categories":[],"tone":null,"output_format":null,"few_shot":null,"context":null,"asset_id":null,"file_name":null,"comment":null,"author_id":"01a1fdd9-00bd-71e7-a193-35231829248e","created_at":1795260222394,"published_at":1795260222394},"current_version":1}',X'e0ebdc51b22b6326e199681052091754c6d0233432d7b605bfb994e5b342a855',X'1e21691e9f817d04e5ecfeb0b9e4876e3b0addbc4be9b07bf96c8529b1bc24e3');
INSERT INTO audit_log VALUES(22,1795260222492,'01a1fdd9-00bd-71e7-a193-35231829248e','user','01a1fdd9-01fd-7cfd-b2b4-d10fe13c352b','afe0b12c63d4adc9','admin','prompt','01a1fdd9-0bba-792f-b9aa-45ba147b95c6','01a1fdd9-0bba-792f-b9aa-45ba147b95c6','DELETE','{"deleted":{"id":"01a1fdd9-0bba-792f-b9aa-45ba147b95c6","kind":"text","project_id":"01a1fdd9-0019-7191-946f-e166ac773d49","owner_id":"01a1fdd9-00bd-71e7-a193-35231829248e","slug":"gone","name":"Gone","description":"","status":"active","is_active":0,"version":1,"last_version":1,"content":"To be deleted.","system_prompt":null,"model":"gpt-4","model_params":null,"tags":[],"section":null,"sub_section":null,"route":null,"categories":[],"tone":null,"output_format":null,"few_shot":null,"context":null,"payload_schema":null,"asset_id":null,"file_name":null,"created_at":1795260222394,"created_by":"01a1fdd9-00bd-71e7-a193-35231829248e","updated_at":1795260222394,"updated_by":"01a1fdd9-00bd-71e7-a193-35231829248e","revision":1}}',X'1e21691e9f817d04e5ecfeb0b9e4876e3b0addbc4be9b07bf96c8529b1bc24e3',X'0944f4ec833becd4851262279876fbae0fa092782c6ef14ef097ef89ee1cb560');
INSERT INTO audit_log VALUES(23,1795260222713,'01a1fdd9-01a3-7c28-840c-d7a5e04ea7fe','user','01a1fdd9-01cf-79d2-9d9a-d6b6ebd2e707','2c08ed2c822056ee','voice','upload_request','01a1fdd9-0cf9-7d4b-954f-c99c44959cf0',NULL,'CREATE','{"created":{"id":"01a1fdd9-0cf9-7d4b-954f-c99c44959cf0","user_id":"01a1fdd9-01a3-7c28-840c-d7a5e04ea7fe","allowed_types":["audio/mpeg","audio/wav"],"asset_id":null,"consumed_by":null,"consumed_digest":null,"created_at":1795260222713,"upload_expires_at":1795261122713,"expires_at":1795346622713}}',X'0944f4ec833becd4851262279876fbae0fa092782c6ef14ef097ef89ee1cb560',X'dd8f4ed3f7a2eb9930796404935539a92a90cc681e9245aa53f4f24f7dbff419');
INSERT INTO audit_log VALUES(24,1795260222918,'anonymous','anonymous',NULL,'5cdea81fe0cf47ab','voice','asset','01a1fdd9-0dc6-7953-8672-a8fb636ad847',NULL,'CREATE','{"created":{"id":"01a1fdd9-0dc6-7953-8672-a8fb636ad847","sha256":"cc6b659211639f2ebad187bddf44141407b490f75ada78998e4af7a5336980c6","media_type":"audio/wav","size_bytes":8044,"duration_ms":500,"sample_rate":8000,"channels":1,"codec":"pcm","created_at":1795260222918,"created_by":"01a1fdd9-01a3-7c28-840c-d7a5e04ea7fe"}}',X'dd8f4ed3f7a2eb9930796404935539a92a90cc681e9245aa53f4f24f7dbff419',X'7866d943f02d188b696bea948b4873e05a57469b7402e6810b9021e96fb40832');
INSERT INTO audit_log VALUES(25,1795260222918,'anonymous','anonymous',NULL,'5cdea81fe0cf47ab','voice','upload_request','01a1fdd9-0cf9-7d4b-954f-c99c44959cf0',NULL,'UPDATE','{"asset_id":{"old":null,"new":"01a1fdd9-0dc6-7953-8672-a8fb636ad847"}}',X'7866d943f02d188b696bea948b4873e05a57469b7402e6810b9021e96fb40832',X'916cbb0cc025e8fec15af6ce0a8d8b3f22fcc2930b42f54c215453433ab38873');
INSERT INTO audit_log VALUES(26,1795260223002,'01a1fdd9-01a3-7c28-840c-d7a5e04ea7fe','user','01a1fdd9-01cf-79d2-9d9a-d6b6ebd2e707','b6d93a4748aa1ec8','voice','prompt','01a1fdd9-0e1a-7e49-b101-20e1dc425c12','01a1fdd9-0e1a-7e49-b101-20e1dc425c12','CREATE','{"created":{"id":"01a1fdd9-0e1a-7e49-b101-20e1dc425c12","kind":"asset","project_id":"01a1fdd9-0019-7191-946f-e166ac773d49","owner_id":"01a1fdd9-01a3-7c28-840c-d7a5e04ea7fe","slug":"welcome","name":"Welcome","description":"first","status":"active","is_active":0,"version":1,"last_version":1,"content":"","system_prompt":null,"model":null,"model_params":null,"tags":[],"section":null,"sub_section":null,"route":null,"categories":[],"tone":null,"output_format":null,"few_shot":null,"context":null,"payload_schema":null,"asset_id":"01a1fdd9-0dc6-7953-8672-a8fb636ad847","file_name":"greeting.wav","created_at":1795260223002,"created_by":"01a1fdd9-01a3-7c28-840c-d7a5e04ea7fe","updated_at":1795260223002,"updated_by":"01a1fdd9-01a3-7c28-840c-d7a5e04ea7fe","revision":1}}',X'916cbb0cc025e8fec15af6ce0a8d8b3f22fcc2930b42f54c215453433ab38873',X'a5d9f78486c6ea3d5006ed015e2feba5075a15cfb3fe39c188a9cde28f8933b4');
INSERT INTO audit_log VALUES(27,1795260223002,'01a1fdd9-01a3-7c28-840c-d7a5e04ea7fe','user','01a1fdd9-01cf-79d2-9d9a-d6b6ebd2e707','b6d93a4748aa1ec8','voice','upload_request','01a1fdd9-0cf9-7d4b-954f-c99c44959cf0',NULL,'UPDATE','{"consumed_by":{"old":null,"new":"01a1fdd9-0e1a-7e49-b101-20e1dc425c12"},"consumed_digest":{"old":null,"new":"changed"}}',X'a5d9f78486c6ea3d5006ed015e2feba5075a15cfb3fe39c188a9cde28f8933b4',X'd73f740844a7520c1c66075dce544acfea3d874376216d808fd6eb12648e6f16');
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
CREATE TABLE search_pending (
    prompt_id TEXT NOT NULL PRIMARY KEY
) STRICT, WITHOUT ROWID;
INSERT INTO search_pending VALUES('01a1fdd9-0afc-79a5-9095-afcca826aabd');
INSERT INTO search_pending VALUES('01a1fdd9-0bba-792f-b9aa-45ba147b95c6');
INSERT INTO search_pending VALUES('01a1fdd9-0e1a-7e49-b101-20e1dc425c12');
PRAGMA writable_schema=ON;
INSERT INTO sqlite_schema(type,name,tbl_name,rootpage,sql)VALUES('table','search_index','search_index',0,'CREATE VIRTUAL TABLE search_index USING fts5 (
    words,
    tokenize = ''trigram case_sensitive 1'',
    detail = none,
    columnsize = 0
)');
CREATE TABLE IF NOT EXISTS 'search_index_data'(id INTEGER PRIMARY KEY, block BLOB);
INSERT INTO search_index_data VALUES(1,X'');
INSERT INTO search_index_data VALUES(10,X'00000000000000');
CREATE TABLE IF NOT EXISTS 'search_index_idx'(segid, term, pgno, PRIMARY KEY(segid, term)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS 'search_index_content'(id INTEGER PRIMARY KEY, c0);
CREATE TABLE IF NOT EXISTS 'search_index_config'(k PRIMARY KEY, v) WITHOUT ROWID;
INSERT INTO search_index_config VALUES('version',4);
CREATE TABLE search_document (
    id        INTEGER NOT NULL PRIMARY KEY,
    prompt_id TEXT NOT NULL UNIQUE
) STRICT;
CREATE INDEX team_organisation ON team (organisation_id);
CREATE INDEX membership_user ON membership (user_id);
CREATE INDEX token_user ON token (user_id);
CREATE INDEX token_team_team ON token_team (team_id);
CREATE INDEX asset_sha256 ON asset (sha256);
CREATE INDEX prompt_owner ON prompt (owner_id, created_at);
CREATE INDEX prompt_name ON prompt (project_id, name);
CREATE INDEX prompt_updated ON prompt (updated_at);
CREATE INDEX prompt_active ON prompt (section) WHERE is_active;
CREATE INDEX prompt_asset ON prompt (asset_id) WHERE asset_id IS NOT NULL;
CREATE UNIQUE INDEX prompt_voice_name ON prompt (name) WHERE kind <> 'text';
CREATE INDEX prompt_version_asset ON prompt_version (asset_id)
    WHERE asset_id IS NOT NULL;
CREATE INDEX version_tag_version ON version_tag (prompt_id, version);
CREATE INDEX payload_prompt ON payload (prompt_id, created_at);
CREATE INDEX run_log_prompt ON run_log (prompt_id, created_at);
CREATE INDEX comment_prompt ON comment (prompt_id, created_at);
CREATE INDEX comment_parent ON comment (parent_id) WHERE parent_id IS NOT NULL;
CREATE INDEX upload_request_asset ON upload_request (asset_id)
    WHERE asset_id IS NOT NULL;
CREATE INDEX audit_log_prompt ON audit_log (prompt_id, seq)
    WHERE prompt_id IS NOT NULL;
CREATE INDEX idempotency_expires ON idempotency (expires_at);
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
CREATE TRIGGER asset_after_insert_record
AFTER INSERT ON asset
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('asset', NEW.id, NULL, 'CREATE',
        '{"created":{' ||
            '"id":' || audit_json(NEW.id) ||
            ',"sha256":' || audit_json(lower(hex(NEW.sha256))) ||
            ',"media_type":' || audit_json(NEW.media_type) ||
            ',"size_bytes":' || audit_json(NEW.size_bytes) ||
            ',"duration_ms":' || audit_json(NEW.duration_ms) ||
            ',"sample_rate":' || audit_json(NEW.sample_rate) ||
            ',"channels":' || audit_json(NEW.channels) ||
            ',"codec":' || audit_json(NEW.codec) ||
            ',"created_at":' || audit_json(NEW.created_at) ||
            ',"created_by":' || audit_json(NEW.created_by) || '}}');
END;
CREATE TRIGGER asset_after_update_record
AFTER UPDATE ON asset
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('asset', NEW.id, NULL,
        'UPDATE',
        '{' || substr(
            iif(OLD.sha256 IS NEW.sha256, '',
                ',"sha256":{"old":' || audit_json(lower(hex(OLD.sha256))) ||
                ',"new":' || audit_json(lower(hex(NEW.sha256))) || '}') ||
            iif(OLD.media_type IS NEW.media_type, '',
                ',"media_type":{"old":' || audit_json(OLD.media_type) ||
                ',"new":' || audit_json(NEW.media_type) || '}') ||
            iif(OLD.size_bytes IS NEW.size_bytes, '',
                ',"size_bytes":{"old":' || audit_json(OLD.size_bytes) ||
                ',"new":' || audit_json(NEW.size_bytes) || '}') ||
            iif(OLD.duration_ms IS NEW.duration_ms, '',
                ',"duration_ms":{"old":' || audit_json(OLD.duration_ms) ||
                ',"new":' || audit_json(NEW.duration_ms) || '}') ||
            iif(OLD.sample_rate IS NEW.sample_rate, '',
                ',"sample_rate":{"old":' || audit_json(OLD.sample_rate) ||
                ',"new":' || audit_json(NEW.sample_rate) || '}') ||
            iif(OLD.channels IS NEW.channels, '',
                ',"channels":{"old":' || audit_json(OLD.channels) ||
                ',"new":' || audit_json(NEW.channels) || '}') ||
            iif(OLD.codec IS NEW.codec, '',
                ',"codec":{"old":' || audit_json(OLD.codec) ||
                ',"new":' || audit_json(NEW.codec) || '}') ||
            iif(OLD.created_by IS NEW.created_by, '',
                ',"created_by":{"old":' || audit_json(OLD.created_by) ||
                ',"new":' || audit_json(NEW.created_by) || '}'), 2) || '}');
END;
CREATE TRIGGER asset_after_delete_record
AFTER DELETE ON asset
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('asset', OLD.id, NULL, 'DELETE',
        '{"deleted":{' ||
            '"id":' || audit_json(OLD.id) ||
            ',"sha256":' || audit_json(lower(hex(OLD.sha256))) ||
            ',"media_type":' || audit_json(OLD.media_type) ||
            ',"size_bytes":' || audit_json(OLD.size_bytes) ||
            ',"duration_ms":' || audit_json(OLD.duration_ms) ||
            ',"sample_rate":' || audit_json(OLD.sample_rate) ||
            ',"channels":' || audit_json(OLD.channels) ||
            ',"codec":' || audit_json(OLD.codec) ||
            ',"created_at":' || audit_json(OLD.created_at) ||
            ',"created_by":' || audit_json(OLD.created_by) || '}' || '}');
END;
CREATE VIEW audit_entry AS
SELECT entity, entity_id, prompt_id, action, changes
FROM audit_log;
CREATE TRIGGER audit_entry_instead_of_insert_append
INSTEAD OF INSERT ON audit_entry
BEGIN
    SELECT RAISE(ABORT, 'audit_actor: a write without an actor is refused')
    WHERE audit_actor('id') IS NULL;
    INSERT INTO audit_log (seq, at, actor_id, actor_kind, token_id,
        request_id, family, entity, entity_id, prompt_id, action, changes,
        prev_hash, hash)
    SELECT last.seq + 1, audit_request('at'), audit_actor('id'),
           audit_actor('kind'), audit_actor('token'), audit_request('id'),
           audit_request('family'), NEW.entity, NEW.entity_id, NEW.prompt_id,
           NEW.action, NEW.changes, last.hash,
           sha256(last.hash, last.seq + 1, audit_request('at'),
               audit_actor('id'), audit_actor('kind'), audit_actor('token'),
               audit_request('id'), audit_request('family'), NEW.entity,
               NEW.entity_id, NEW.prompt_id, NEW.action, NEW.changes)
    FROM (SELECT coalesce((SELECT max(seq) FROM audit_log), 0) AS seq,
                 coalesce(
                     (SELECT hash FROM audit_log ORDER BY seq DESC LIMIT 1),
                     (SELECT genesis FROM installation)) AS hash) AS last;
END;
CREATE TRIGGER audit_log_before_update_refuse
BEFORE UPDATE ON audit_log
BEGIN
    SELECT RAISE(ABORT, 'audit_log: rows are never changed');
END;
CREATE TRIGGER audit_log_before_delete_refuse
BEFORE DELETE ON audit_log
BEGIN
    SELECT RAISE(ABORT, 'audit_log: rows are never deleted');
END;
CREATE TRIGGER installation_before_update_refuse_genesis
BEFORE UPDATE OF genesis ON installation
BEGIN
    SELECT RAISE(ABORT, 'installation: the genesis is never changed');
END;
CREATE TRIGGER installation_before_delete_refuse
BEFORE DELETE ON installation
BEGIN
    SELECT RAISE(ABORT, 'installation: the row is never deleted');
END;
CREATE TRIGGER comment_after_insert_record
AFTER INSERT ON comment
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('comment', NEW.id, NEW.prompt_id, 'CREATE',
        '{"created":{' ||
            '"id":' || audit_json(NEW.id) ||
            ',"parent_id":' || audit_json(NEW.parent_id) ||
            ',"content":' || audit_json(NEW.content) ||
            ',"author_id":' || audit_json(NEW.author_id) ||
            ',"created_at":' || audit_json(NEW.created_at) ||
            ',"updated_at":' || audit_json(NEW.updated_at) || '}}');
END;
CREATE TRIGGER comment_after_update_record
AFTER UPDATE ON comment
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('comment', NEW.id, NEW.prompt_id,
        'UPDATE',
        '{' || substr(
            iif(OLD.parent_id IS NEW.parent_id, '',
                ',"parent_id":{"old":' || audit_json(OLD.parent_id) ||
                ',"new":' || audit_json(NEW.parent_id) || '}') ||
            iif(OLD.content IS NEW.content, '',
                ',"content":{"old":' || audit_json(OLD.content) ||
                ',"new":' || audit_json(NEW.content) || '}') ||
            iif(OLD.author_id IS NEW.author_id, '',
                ',"author_id":{"old":' || audit_json(OLD.author_id) ||
                ',"new":' || audit_json(NEW.author_id) || '}') ||
            iif(OLD.created_at IS NEW.created_at, '',
                ',"created_at":{"old":' || audit_json(OLD.created_at) ||
                ',"new":' || audit_json(NEW.created_at) || '}'), 2) || '}');
END;
CREATE TRIGGER comment_after_delete_record
AFTER DELETE ON comment
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('comment', OLD.id, OLD.prompt_id, 'DELETE',
        '{"deleted":{' ||
            '"id":' || audit_json(OLD.id) ||
            ',"parent_id":' || audit_json(OLD.parent_id) ||
            ',"content":' || audit_json(OLD.content) ||
            ',"author_id":' || audit_json(OLD.author_id) ||
            ',"created_at":' || audit_json(OLD.created_at) ||
            ',"updated_at":' || audit_json(OLD.updated_at) || '}' || '}');
END;
CREATE TRIGGER membership_after_insert_record
AFTER INSERT ON membership
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('membership', NEW.team_id || '/' || NEW.user_id, NULL, 'CREATE',
        '{"created":{' ||
            '"team_id":' || audit_json(NEW.team_id) ||
            ',"user_id":' || audit_json(NEW.user_id) ||
            ',"role":' || audit_json(NEW.role) ||
            ',"created_at":' || audit_json(NEW.created_at) || '}}');
END;
CREATE TRIGGER membership_after_update_record
AFTER UPDATE ON membership
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('membership', NEW.team_id || '/' || NEW.user_id, NULL,
        'UPDATE',
        '{' || substr(
            iif(OLD.team_id IS NEW.team_id, '',
                ',"team_id":{"old":' || audit_json(OLD.team_id) ||
                ',"new":' || audit_json(NEW.team_id) || '}') ||
            iif(OLD.user_id IS NEW.user_id, '',
                ',"user_id":{"old":' || audit_json(OLD.user_id) ||
                ',"new":' || audit_json(NEW.user_id) || '}') ||
            iif(OLD.role IS NEW.role, '',
                ',"role":{"old":' || audit_json(OLD.role) ||
                ',"new":' || audit_json(NEW.role) || '}'), 2) || '}');
END;
CREATE TRIGGER membership_after_delete_record
AFTER DELETE ON membership
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('membership', OLD.team_id || '/' || OLD.user_id, NULL, 'DELETE',
        '{"deleted":{' ||
            '"team_id":' || audit_json(OLD.team_id) ||
            ',"user_id":' || audit_json(OLD.user_id) ||
            ',"role":' || audit_json(OLD.role) ||
            ',"created_at":' || audit_json(OLD.created_at) || '}' || '}');
END;
CREATE TRIGGER organisation_before_delete_children
BEFORE DELETE ON organisation
BEGIN
    DELETE FROM team WHERE organisation_id = OLD.id;
END;
CREATE TRIGGER organisation_after_insert_record
AFTER INSERT ON organisation
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('organisation', NEW.id, NULL, 'CREATE',
        '{"created":{' ||
            '"id":' || audit_json(NEW.id) ||
            ',"name":' || audit_json(NEW.name) ||
            ',"created_at":' || audit_json(NEW.created_at) || '}}');
END;
CREATE TRIGGER organisation_after_update_record
AFTER UPDATE ON organisation
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('organisation', NEW.id, NULL,
        'UPDATE',
        '{' || substr(
            iif(OLD.name IS NEW.name, '',
                ',"name":{"old":' || audit_json(OLD.name) ||
                ',"new":' || audit_json(NEW.name) || '}'), 2) || '}');
END;
CREATE TRIGGER organisation_after_delete_record
AFTER DELETE ON organisation
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('organisation', OLD.id, NULL, 'DELETE',
        '{"deleted":{' ||
            '"id":' || audit_json(OLD.id) ||
            ',"name":' || audit_json(OLD.name) ||
            ',"created_at":' || audit_json(OLD.created_at) || '}' || '}');
END;
CREATE TRIGGER payload_after_insert_record
AFTER INSERT ON payload
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('payload', NEW.id, NEW.prompt_id, 'CREATE',
        '{"created":{' ||
            '"id":' || audit_json(NEW.id) ||
            ',"name":' || audit_json(NEW.name) ||
            ',"variables":' || coalesce(NEW.variables, 'null') ||
            ',"created_at":' || audit_json(NEW.created_at) ||
            ',"updated_at":' || audit_json(NEW.updated_at) ||
            ',"revision":' || audit_json(NEW.revision) || '}}');
END;
CREATE TRIGGER payload_after_update_record
AFTER UPDATE ON payload
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('payload', NEW.id, NEW.prompt_id,
        'UPDATE',
        '{' || substr(
            iif(OLD.name IS NEW.name, '',
                ',"name":{"old":' || audit_json(OLD.name) ||
                ',"new":' || audit_json(NEW.name) || '}') ||
            iif(OLD.variables IS NEW.variables, '',
                ',"variables":{"old":' || coalesce(OLD.variables, 'null') ||
                ',"new":' || coalesce(NEW.variables, 'null') || '}'), 2) || '}');
END;
CREATE TRIGGER payload_after_delete_record
AFTER DELETE ON payload
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('payload', OLD.id, OLD.prompt_id, 'DELETE',
        '{"deleted":{' ||
            '"id":' || audit_json(OLD.id) ||
            ',"name":' || audit_json(OLD.name) ||
            ',"variables":' || coalesce(OLD.variables, 'null') ||
            ',"created_at":' || audit_json(OLD.created_at) ||
            ',"updated_at":' || audit_json(OLD.updated_at) ||
            ',"revision":' || audit_json(OLD.revision) || '}' || '}');
END;
CREATE TRIGGER project_before_delete_children
BEFORE DELETE ON project
BEGIN
    DELETE FROM prompt WHERE project_id = OLD.id;
END;
CREATE TRIGGER project_after_insert_record
AFTER INSERT ON project
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('project', NEW.id, NULL, 'CREATE',
        '{"created":{' ||
            '"id":' || audit_json(NEW.id) ||
            ',"team_id":' || audit_json(NEW.team_id) ||
            ',"name":' || audit_json(NEW.name) ||
            ',"slug":' || audit_json(NEW.slug) ||
            ',"created_at":' || audit_json(NEW.created_at) || '}}');
END;
CREATE TRIGGER project_after_update_record
AFTER UPDATE ON project
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('project', NEW.id, NULL,
        'UPDATE',
        '{' || substr(
            iif(OLD.team_id IS NEW.team_id, '',
                ',"team_id":{"old":' || audit_json(OLD.team_id) ||
                ',"new":' || audit_json(NEW.team_id) || '}') ||
            iif(OLD.name IS NEW.name, '',
                ',"name":{"old":' || audit_json(OLD.name) ||
                ',"new":' || audit_json(NEW.name) || '}') ||
            iif(OLD.slug IS NEW.slug, '',
                ',"slug":{"old":' || audit_json(OLD.slug) ||
                ',"new":' || audit_json(NEW.slug) || '}'), 2) || '}');
END;
CREATE TRIGGER project_after_delete_record
AFTER DELETE ON project
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('project', OLD.id, NULL, 'DELETE',
        '{"deleted":{' ||
            '"id":' || audit_json(OLD.id) ||
            ',"team_id":' || audit_json(OLD.team_id) ||
            ',"name":' || audit_json(OLD.name) ||
            ',"slug":' || audit_json(OLD.slug) ||
            ',"created_at":' || audit_json(OLD.created_at) || '}' || '}');
END;
CREATE TRIGGER prompt_before_delete_children
BEFORE DELETE ON prompt
BEGIN
    DELETE FROM version_tag WHERE prompt_id = OLD.id;
    DELETE FROM payload WHERE prompt_id = OLD.id;
    DELETE FROM run_log WHERE prompt_id = OLD.id;
    DELETE FROM comment WHERE prompt_id = OLD.id;
    DELETE FROM prompt_flow WHERE prompt_id = OLD.id;
    DELETE FROM prompt_version WHERE prompt_id = OLD.id;
END;
CREATE TRIGGER prompt_after_insert_record
AFTER INSERT ON prompt
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('prompt', NEW.id, NEW.id, 'CREATE',
        '{"created":{' ||
            '"id":' || audit_json(NEW.id) ||
            ',"kind":' || audit_json(NEW.kind) ||
            ',"project_id":' || audit_json(NEW.project_id) ||
            ',"owner_id":' || audit_json(NEW.owner_id) ||
            ',"slug":' || audit_json(NEW.slug) ||
            ',"name":' || audit_json(NEW.name) ||
            ',"description":' || audit_json(NEW.description) ||
            ',"status":' || audit_json(NEW.status) ||
            ',"is_active":' || audit_json(NEW.is_active) ||
            ',"version":' || audit_json(NEW.version) ||
            ',"last_version":' || audit_json(NEW.last_version) ||
            ',"content":' || audit_json(NEW.content) ||
            ',"system_prompt":' || audit_json(NEW.system_prompt) ||
            ',"model":' || audit_json(NEW.model) ||
            ',"model_params":' || coalesce(NEW.model_params, 'null') ||
            ',"tags":' || coalesce(NEW.tags, 'null') ||
            ',"section":' || audit_json(NEW.section) ||
            ',"sub_section":' || audit_json(NEW.sub_section) ||
            ',"route":' || audit_json(NEW.route) ||
            ',"categories":' || coalesce(NEW.categories, 'null') ||
            ',"tone":' || audit_json(NEW.tone) ||
            ',"output_format":' || audit_json(NEW.output_format) ||
            ',"few_shot":' || coalesce(NEW.few_shot, 'null') ||
            ',"context":' || coalesce(NEW.context, 'null') ||
            ',"payload_schema":' || coalesce(NEW.payload_schema, 'null') ||
            ',"asset_id":' || audit_json(NEW.asset_id) ||
            ',"file_name":' || audit_json(NEW.file_name) ||
            ',"created_at":' || audit_json(NEW.created_at) ||
            ',"created_by":' || audit_json(NEW.created_by) ||
            ',"updated_at":' || audit_json(NEW.updated_at) ||
            ',"updated_by":' || audit_json(NEW.updated_by) ||
            ',"revision":' || audit_json(NEW.revision) || '}}');
    INSERT OR IGNORE INTO search_pending (prompt_id) VALUES (NEW.id);
END;
CREATE TRIGGER prompt_after_update_record
AFTER UPDATE ON prompt
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('prompt', NEW.id, NEW.id,
        coalesce(audit_request('action'), 'UPDATE'),
        '{' || substr(
            iif(OLD.kind IS NEW.kind, '',
                ',"kind":{"old":' || audit_json(OLD.kind) ||
                ',"new":' || audit_json(NEW.kind) || '}') ||
            iif(OLD.project_id IS NEW.project_id, '',
                ',"project_id":{"old":' || audit_json(OLD.project_id) ||
                ',"new":' || audit_json(NEW.project_id) || '}') ||
            iif(OLD.owner_id IS NEW.owner_id, '',
                ',"owner_id":{"old":' || audit_json(OLD.owner_id) ||
                ',"new":' || audit_json(NEW.owner_id) || '}') ||
            iif(OLD.slug IS NEW.slug, '',
                ',"slug":{"old":' || audit_json(OLD.slug) ||
                ',"new":' || audit_json(NEW.slug) || '}') ||
            iif(OLD.name IS NEW.name, '',
                ',"name":{"old":' || audit_json(OLD.name) ||
                ',"new":' || audit_json(NEW.name) || '}') ||
            iif(OLD.description IS NEW.description, '',
                ',"description":{"old":' || audit_json(OLD.description) ||
                ',"new":' || audit_json(NEW.description) || '}') ||
            iif(OLD.status IS NEW.status, '',
                ',"status":{"old":' || audit_json(OLD.status) ||
                ',"new":' || audit_json(NEW.status) || '}') ||
            iif(OLD.is_active IS NEW.is_active, '',
                ',"is_active":{"old":' || audit_json(OLD.is_active) ||
                ',"new":' || audit_json(NEW.is_active) || '}') ||
            iif(OLD.version IS NEW.version, '',
                ',"version":{"old":' || audit_json(OLD.version) ||
                ',"new":' || audit_json(NEW.version) || '}') ||
            iif(OLD.content IS NEW.content, '',
                ',"content":{"old":' || audit_json(OLD.content) ||
                ',"new":' || audit_json(NEW.content) || '}') ||
            iif(OLD.system_prompt IS NEW.system_prompt, '',
                ',"system_prompt":{"old":' || audit_json(OLD.system_prompt) ||
                ',"new":' || audit_json(NEW.system_prompt) || '}') ||
            iif(OLD.model IS NEW.model, '',
                ',"model":{"old":' || audit_json(OLD.model) ||
                ',"new":' || audit_json(NEW.model) || '}') ||
            iif(OLD.model_params IS NEW.model_params, '',
                ',"model_params":{"old":' || coalesce(OLD.model_params, 'null') ||
                ',"new":' || coalesce(NEW.model_params, 'null') || '}') ||
            iif(OLD.tags IS NEW.tags, '',
                ',"tags":{"old":' || coalesce(OLD.tags, 'null') ||
                ',"new":' || coalesce(NEW.tags, 'null') || '}') ||
            iif(OLD.section IS NEW.section, '',
                ',"section":{"old":' || audit_json(OLD.section) ||
                ',"new":' || audit_json(NEW.section) || '}') ||
            iif(OLD.sub_section IS NEW.sub_section, '',
                ',"sub_section":{"old":' || audit_json(OLD.sub_section) ||
                ',"new":' || audit_json(NEW.sub_section) || '}') ||
            iif(OLD.route IS NEW.route, '',
                ',"route":{"old":' || audit_json(OLD.route) ||
                ',"new":' || audit_json(NEW.route) || '}') ||
            iif(OLD.categories IS NEW.categories, '',
                ',"categories":{"old":' || coalesce(OLD.categories, 'null') ||
                ',"new":' || coalesce(NEW.categories, 'null') || '}') ||
            iif(OLD.tone IS NEW.tone, '',
                ',"tone":{"old":' || audit_json(OLD.tone) ||
                ',"new":' || audit_json(NEW.tone) || '}') ||
            iif(OLD.output_format IS NEW.output_format, '',
                ',"output_format":{"old":' || audit_json(OLD.output_format) ||
                ',"new":' || audit_json(NEW.output_format) || '}') ||
            iif(OLD.few_shot IS NEW.few_shot, '',
                ',"few_shot":{"old":' || coalesce(OLD.few_shot, 'null') ||
                ',"new":' || coalesce(NEW.few_shot, 'null') || '}') ||
            iif(OLD.context IS NEW.context, '',
                ',"context":{"old":' || coalesce(OLD.context, 'null') ||
                ',"new":' || coalesce(NEW.context, 'null') || '}') ||
            iif(OLD.payload_schema IS NEW.payload_schema, '',
                ',"payload_schema":{"old":' || coalesce(OLD.payload_schema, 'null') ||
                ',"new":' || coalesce(NEW.payload_schema, 'null') || '}') ||
            iif(OLD.asset_id IS NEW.asset_id, '',
                ',"asset_id":{"old":' || audit_json(OLD.asset_id) ||
                ',"new":' || audit_json(NEW.asset_id) || '}') ||
            iif(OLD.file_name IS NEW.file_name, '',
                ',"file_name":{"old":' || audit_json(OLD.file_name) ||
                ',"new":' || audit_json(NEW.file_name) || '}'), 2) || '}');
    INSERT OR IGNORE INTO search_pending (prompt_id) VALUES (NEW.id);
END;
CREATE TRIGGER prompt_after_delete_record
AFTER DELETE ON prompt
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('prompt', OLD.id, OLD.id, 'DELETE',
        '{"deleted":{' ||
            '"id":' || audit_json(OLD.id) ||
            ',"kind":' || audit_json(OLD.kind) ||
            ',"project_id":' || audit_json(OLD.project_id) ||
            ',"owner_id":' || audit_json(OLD.owner_id) ||
            ',"slug":' || audit_json(OLD.slug) ||
            ',"name":' || audit_json(OLD.name) ||
            ',"description":' || audit_json(OLD.description) ||
            ',"status":' || audit_json(OLD.status) ||
            ',"is_active":' || audit_json(OLD.is_active) ||
            ',"version":' || audit_json(OLD.version) ||
            ',"last_version":' || audit_json(OLD.last_version) ||
            ',"content":' || audit_json(OLD.content) ||
            ',"system_prompt":' || audit_json(OLD.system_prompt) ||
            ',"model":' || audit_json(OLD.model) ||
            ',"model_params":' || coalesce(OLD.model_params, 'null') ||
            ',"tags":' || coalesce(OLD.tags, 'null') ||
            ',"section":' || audit_json(OLD.section) ||
            ',"sub_section":' || audit_json(OLD.sub_section) ||
            ',"route":' || audit_json(OLD.route) ||
            ',"categories":' || coalesce(OLD.categories, 'null') ||
            ',"tone":' || audit_json(OLD.tone) ||
            ',"output_format":' || audit_json(OLD.output_format) ||
            ',"few_shot":' || coalesce(OLD.few_shot, 'null') ||
            ',"context":' || coalesce(OLD.context, 'null') ||
            ',"payload_schema":' || coalesce(OLD.payload_schema, 'null') ||
            ',"asset_id":' || audit_json(OLD.asset_id) ||
            ',"file_name":' || audit_json(OLD.file_name) ||
            ',"created_at":' || audit_json(OLD.created_at) ||
            ',"created_by":' || audit_json(OLD.created_by) ||
            ',"updated_at":' || audit_json(OLD.updated_at) ||
            ',"updated_by":' || audit_json(OLD.updated_by) ||
            ',"revision":' || audit_json(OLD.revision) || '}' || '}');
    INSERT OR IGNORE INTO search_pending (prompt_id) VALUES (OLD.id);
END;
CREATE TRIGGER prompt_flow_after_insert_record
AFTER INSERT ON prompt_flow
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('prompt_flow', NEW.prompt_id || '/' || NEW.flow_id, NEW.prompt_id, 'CREATE',
        '{"created":{' ||
            '"flow_id":' || audit_json(NEW.flow_id) ||
            ',"published_version":' || coalesce(NEW.published_version, 'null') ||
            ',"draft_version":' || coalesce(NEW.draft_version, 'null') ||
            ',"created_at":' || audit_json(NEW.created_at) || '}}');
END;
CREATE TRIGGER prompt_flow_after_update_record
AFTER UPDATE ON prompt_flow
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('prompt_flow', NEW.prompt_id || '/' || NEW.flow_id, NEW.prompt_id,
        'UPDATE',
        '{' || substr(
            iif(OLD.flow_id IS NEW.flow_id, '',
                ',"flow_id":{"old":' || audit_json(OLD.flow_id) ||
                ',"new":' || audit_json(NEW.flow_id) || '}') ||
            iif(OLD.published_version IS NEW.published_version, '',
                ',"published_version":{"old":' || coalesce(OLD.published_version, 'null') ||
                ',"new":' || coalesce(NEW.published_version, 'null') || '}') ||
            iif(OLD.draft_version IS NEW.draft_version, '',
                ',"draft_version":{"old":' || coalesce(OLD.draft_version, 'null') ||
                ',"new":' || coalesce(NEW.draft_version, 'null') || '}'), 2) || '}');
END;
CREATE TRIGGER prompt_flow_after_delete_record
AFTER DELETE ON prompt_flow
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('prompt_flow', OLD.prompt_id || '/' || OLD.flow_id, OLD.prompt_id, 'DELETE',
        '{"deleted":{' ||
            '"flow_id":' || audit_json(OLD.flow_id) ||
            ',"published_version":' || coalesce(OLD.published_version, 'null') ||
            ',"draft_version":' || coalesce(OLD.draft_version, 'null') ||
            ',"created_at":' || audit_json(OLD.created_at) || '}' || '}');
END;
CREATE TRIGGER prompt_version_before_delete_children
BEFORE DELETE ON prompt_version
BEGIN
    DELETE FROM version_tag WHERE prompt_id = OLD.prompt_id AND version = OLD.version;
END;
CREATE TRIGGER prompt_version_after_insert_record
AFTER INSERT ON prompt_version
WHEN NEW.version <> (SELECT version FROM prompt WHERE id = NEW.prompt_id)
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('prompt_version', NEW.id, NEW.prompt_id, 'CREATE',
        '{"created":{' ||
            '"id":' || audit_json(NEW.id) ||
            ',"version":' || audit_json(NEW.version) ||
            ',"state":' || audit_json(NEW.state) ||
            ',"name":' || audit_json(NEW.name) ||
            ',"description":' || audit_json(NEW.description) ||
            ',"is_active":' || audit_json(NEW.is_active) ||
            ',"content":' || audit_json(NEW.content) ||
            ',"system_prompt":' || audit_json(NEW.system_prompt) ||
            ',"model":' || audit_json(NEW.model) ||
            ',"model_params":' || coalesce(NEW.model_params, 'null') ||
            ',"tags":' || coalesce(NEW.tags, 'null') ||
            ',"section":' || audit_json(NEW.section) ||
            ',"sub_section":' || audit_json(NEW.sub_section) ||
            ',"route":' || audit_json(NEW.route) ||
            ',"categories":' || coalesce(NEW.categories, 'null') ||
            ',"tone":' || audit_json(NEW.tone) ||
            ',"output_format":' || audit_json(NEW.output_format) ||
            ',"few_shot":' || coalesce(NEW.few_shot, 'null') ||
            ',"context":' || coalesce(NEW.context, 'null') ||
            ',"asset_id":' || audit_json(NEW.asset_id) ||
            ',"file_name":' || audit_json(NEW.file_name) ||
            ',"comment":' || audit_json(NEW.comment) ||
            ',"author_id":' || audit_json(NEW.author_id) ||
            ',"created_at":' || audit_json(NEW.created_at) ||
            ',"published_at":' || audit_json(NEW.published_at) || '}}');
END;
CREATE TRIGGER prompt_version_after_update_record
AFTER UPDATE ON prompt_version
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('prompt_version', NEW.id, NEW.prompt_id,
        'UPDATE',
        '{' || substr(
            iif(OLD.version IS NEW.version, '',
                ',"version":{"old":' || audit_json(OLD.version) ||
                ',"new":' || audit_json(NEW.version) || '}') ||
            iif(OLD.state IS NEW.state, '',
                ',"state":{"old":' || audit_json(OLD.state) ||
                ',"new":' || audit_json(NEW.state) || '}') ||
            iif(OLD.name IS NEW.name, '',
                ',"name":{"old":' || audit_json(OLD.name) ||
                ',"new":' || audit_json(NEW.name) || '}') ||
            iif(OLD.description IS NEW.description, '',
                ',"description":{"old":' || audit_json(OLD.description) ||
                ',"new":' || audit_json(NEW.description) || '}') ||
            iif(OLD.is_active IS NEW.is_active, '',
                ',"is_active":{"old":' || audit_json(OLD.is_active) ||
                ',"new":' || audit_json(NEW.is_active) || '}') ||
            iif(OLD.content IS NEW.content, '',
                ',"content":{"old":' || audit_json(OLD.content) ||
                ',"new":' || audit_json(NEW.content) || '}') ||
            iif(OLD.system_prompt IS NEW.system_prompt, '',
                ',"system_prompt":{"old":' || audit_json(OLD.system_prompt) ||
                ',"new":' || audit_json(NEW.system_prompt) || '}') ||
            iif(OLD.model IS NEW.model, '',
                ',"model":{"old":' || audit_json(OLD.model) ||
                ',"new":' || audit_json(NEW.model) || '}') ||
            iif(OLD.model_params IS NEW.model_params, '',
                ',"model_params":{"old":' || coalesce(OLD.model_params, 'null') ||
                ',"new":' || coalesce(NEW.model_params, 'null') || '}') ||
            iif(OLD.tags IS NEW.tags, '',
                ',"tags":{"old":' || coalesce(OLD.tags, 'null') ||
                ',"new":' || coalesce(NEW.tags, 'null') || '}') ||
            iif(OLD.section IS NEW.section, '',
                ',"section":{"old":' || audit_json(OLD.section) ||
                ',"new":' || audit_json(NEW.section) || '}') ||
            iif(OLD.sub_section IS NEW.sub_section, '',
                ',"sub_section":{"old":' || audit_json(OLD.sub_section) ||
                ',"new":' || audit_json(NEW.sub_section) || '}') ||
            iif(OLD.route IS NEW.route, '',
                ',"route":{"old":' || audit_json(OLD.route) ||
                ',"new":' || audit_json(NEW.route) || '}') ||
            iif(OLD.categories IS NEW.categories, '',
                ',"categories":{"old":' || coalesce(OLD.categories, 'null') ||
                ',"new":' || coalesce(NEW.categories, 'null') || '}') ||
            iif(OLD.tone IS NEW.tone, '',
                ',"tone":{"old":' || audit_json(OLD.tone) ||
                ',"new":' || audit_json(NEW.tone) || '}') ||
            iif(OLD.output_format IS NEW.output_format, '',
                ',"output_format":{"old":' || audit_json(OLD.output_format) ||
                ',"new":' || audit_json(NEW.output_format) || '}') ||
            iif(OLD.few_shot IS NEW.few_shot, '',
                ',"few_shot":{"old":' || coalesce(OLD.few_shot, 'null') ||
                ',"new":' || coalesce(NEW.few_shot, 'null') || '}') ||
            iif(OLD.context IS NEW.context, '',
                ',"context":{"old":' || coalesce(OLD.context, 'null') ||
                ',"new":' || coalesce(NEW.context, 'null') || '}') ||
            iif(OLD.asset_id IS NEW.asset_id, '',
                ',"asset_id":{"old":' || audit_json(OLD.asset_id) ||
                ',"new":' || audit_json(NEW.asset_id) || '}') ||
            iif(OLD.file_name IS NEW.file_name, '',
                ',"file_name":{"old":' || audit_json(OLD.file_name) ||
                ',"new":' || audit_json(NEW.file_name) || '}') ||
            iif(OLD.comment IS NEW.comment, '',
                ',"comment":{"old":' || audit_json(OLD.comment) ||
                ',"new":' || audit_json(NEW.comment) || '}') ||
            iif(OLD.published_at IS NEW.published_at, '',
                ',"published_at":{"old":' || audit_json(OLD.published_at) ||
                ',"new":' || audit_json(NEW.published_at) || '}'), 2) || '}');
END;
CREATE TRIGGER prompt_version_after_delete_record
AFTER DELETE ON prompt_version
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('prompt_version', OLD.id, OLD.prompt_id, 'DELETE',
        '{"deleted":{' ||
            '"id":' || audit_json(OLD.id) ||
            ',"version":' || audit_json(OLD.version) ||
            ',"state":' || audit_json(OLD.state) ||
            ',"name":' || audit_json(OLD.name) ||
            ',"description":' || audit_json(OLD.description) ||
            ',"is_active":' || audit_json(OLD.is_active) ||
            ',"content":' || audit_json(OLD.content) ||
            ',"system_prompt":' || audit_json(OLD.system_prompt) ||
            ',"model":' || audit_json(OLD.model) ||
            ',"model_params":' || coalesce(OLD.model_params, 'null') ||
            ',"tags":' || coalesce(OLD.tags, 'null') ||
            ',"section":' || audit_json(OLD.section) ||
            ',"sub_section":' || audit_json(OLD.sub_section) ||
            ',"route":' || audit_json(OLD.route) ||
            ',"categories":' || coalesce(OLD.categories, 'null') ||
            ',"tone":' || audit_json(OLD.tone) ||
            ',"output_format":' || audit_json(OLD.output_format) ||
            ',"few_shot":' || coalesce(OLD.few_shot, 'null') ||
            ',"context":' || coalesce(OLD.context, 'null') ||
            ',"asset_id":' || audit_json(OLD.asset_id) ||
            ',"file_name":' || audit_json(OLD.file_name) ||
            ',"comment":' || audit_json(OLD.comment) ||
            ',"author_id":' || audit_json(OLD.author_id) ||
            ',"created_at":' || audit_json(OLD.created_at) ||
            ',"published_at":' || audit_json(OLD.published_at) || '}' ||
            ',"current_version":' || audit_json(
                (SELECT version FROM prompt WHERE id = OLD.prompt_id)) || '}');
END;
CREATE TRIGGER prompt_version_before_update_refuse_released
BEFORE UPDATE ON prompt_version
WHEN OLD.state <> 'draft'
    AND (OLD.content IS NOT NEW.content OR OLD.name IS NOT NEW.name
         OR OLD.system_prompt IS NOT NEW.system_prompt
         OR OLD.model IS NOT NEW.model
         OR OLD.model_params IS NOT NEW.model_params
         OR OLD.tags IS NOT NEW.tags OR OLD.asset_id IS NOT NEW.asset_id
         OR NEW.state = 'draft')
BEGIN
    SELECT RAISE(ABORT, 'prompt_version: what was released is never rewritten');
END;
CREATE TRIGGER run_log_after_insert_record
AFTER INSERT ON run_log
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('run_log', NEW.id, NEW.prompt_id, 'CREATE',
        '{"created":{' ||
            '"id":' || audit_json(NEW.id) ||
            ',"output":' || audit_json(NEW.output) ||
            ',"model_used":' || audit_json(NEW.model_used) ||
            ',"notes":' || audit_json(NEW.notes) ||
            ',"score":' || audit_json(NEW.score) ||
            ',"created_at":' || audit_json(NEW.created_at) || '}}');
END;
CREATE TRIGGER run_log_after_update_record
AFTER UPDATE ON run_log
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('run_log', NEW.id, NEW.prompt_id,
        'UPDATE',
        '{' || substr(
            iif(OLD.output IS NEW.output, '',
                ',"output":{"old":' || audit_json(OLD.output) ||
                ',"new":' || audit_json(NEW.output) || '}') ||
            iif(OLD.model_used IS NEW.model_used, '',
                ',"model_used":{"old":' || audit_json(OLD.model_used) ||
                ',"new":' || audit_json(NEW.model_used) || '}') ||
            iif(OLD.notes IS NEW.notes, '',
                ',"notes":{"old":' || audit_json(OLD.notes) ||
                ',"new":' || audit_json(NEW.notes) || '}') ||
            iif(OLD.score IS NEW.score, '',
                ',"score":{"old":' || audit_json(OLD.score) ||
                ',"new":' || audit_json(NEW.score) || '}'), 2) || '}');
END;
CREATE TRIGGER run_log_after_delete_record
AFTER DELETE ON run_log
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('run_log', OLD.id, OLD.prompt_id, 'DELETE',
        '{"deleted":{' ||
            '"id":' || audit_json(OLD.id) ||
            ',"output":' || audit_json(OLD.output) ||
            ',"model_used":' || audit_json(OLD.model_used) ||
            ',"notes":' || audit_json(OLD.notes) ||
            ',"score":' || audit_json(OLD.score) ||
            ',"created_at":' || audit_json(OLD.created_at) || '}' || '}');
END;
CREATE TRIGGER team_before_delete_children
BEFORE DELETE ON team
BEGIN
    DELETE FROM token_team WHERE team_id = OLD.id;
    DELETE FROM project WHERE team_id = OLD.id;
    DELETE FROM membership WHERE team_id = OLD.id;
END;
CREATE TRIGGER team_after_insert_record
AFTER INSERT ON team
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('team', NEW.id, NULL, 'CREATE',
        '{"created":{' ||
            '"id":' || audit_json(NEW.id) ||
            ',"organisation_id":' || audit_json(NEW.organisation_id) ||
            ',"name":' || audit_json(NEW.name) ||
            ',"created_at":' || audit_json(NEW.created_at) || '}}');
END;
CREATE TRIGGER team_after_update_record
AFTER UPDATE ON team
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('team', NEW.id, NULL,
        'UPDATE',
        '{' || substr(
            iif(OLD.organisation_id IS NEW.organisation_id, '',
                ',"organisation_id":{"old":' || audit_json(OLD.organisation_id) ||
                ',"new":' || audit_json(NEW.organisation_id) || '}') ||
            iif(OLD.name IS NEW.name, '',
                ',"name":{"old":' || audit_json(OLD.name) ||
                ',"new":' || audit_json(NEW.name) || '}'), 2) || '}');
END;
CREATE TRIGGER team_after_delete_record
AFTER DELETE ON team
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('team', OLD.id, NULL, 'DELETE',
        '{"deleted":{' ||
            '"id":' || audit_json(OLD.id) ||
            ',"organisation_id":' || audit_json(OLD.organisation_id) ||
            ',"name":' || audit_json(OLD.name) ||
            ',"created_at":' || audit_json(OLD.created_at) || '}' || '}');
END;
CREATE TRIGGER token_before_delete_children
BEFORE DELETE ON token
BEGIN
    DELETE FROM token_team WHERE token_id = OLD.id;
END;
CREATE TRIGGER token_after_insert_record
AFTER INSERT ON token
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('token', NEW.id, NULL, 'CREATE',
        '{"created":{' ||
            '"id":' || audit_json(NEW.id) ||
            ',"digest":' || iif(NEW.digest IS NULL, 'null', '"changed"') ||
            ',"user_id":' || audit_json(NEW.user_id) ||
            ',"kind":' || audit_json(NEW.kind) ||
            ',"name":' || audit_json(NEW.name) ||
            ',"operation":' || audit_json(NEW.operation) ||
            ',"scopes":' || audit_json(NEW.scopes) ||
            ',"organisation_id":' || audit_json(NEW.organisation_id) ||
            ',"created_at":' || audit_json(NEW.created_at) ||
            ',"expires_at":' || audit_json(NEW.expires_at) || '}}');
END;
CREATE TRIGGER token_after_update_record
AFTER UPDATE
    OF digest, user_id, kind, name, operation, scopes, organisation_id,
        created_at, expires_at
    ON token
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('token', NEW.id, NULL,
        'UPDATE',
        '{' || substr(
            iif(OLD.digest IS NEW.digest, '',
                ',"digest":{"old":' || iif(OLD.digest IS NULL, 'null', '"changed"') ||
                ',"new":' || iif(NEW.digest IS NULL, 'null', '"changed"') || '}') ||
            iif(OLD.user_id IS NEW.user_id, '',
                ',"user_id":{"old":' || audit_json(OLD.user_id) ||
                ',"new":' || audit_json(NEW.user_id) || '}') ||
            iif(OLD.kind IS NEW.kind, '',
                ',"kind":{"old":' || audit_json(OLD.kind) ||
                ',"new":' || audit_json(NEW.kind) || '}') ||
            iif(OLD.name IS NEW.name, '',
                ',"name":{"old":' || audit_json(OLD.name) ||
                ',"new":' || audit_json(NEW.name) || '}') ||
            iif(OLD.operation IS NEW.operation, '',
                ',"operation":{"old":' || audit_json(OLD.operation) ||
                ',"new":' || audit_json(NEW.operation) || '}') ||
            iif(OLD.scopes IS NEW.scopes, '',
                ',"scopes":{"old":' || audit_json(OLD.scopes) ||
                ',"new":' || audit_json(NEW.scopes) || '}') ||
            iif(OLD.organisation_id IS NEW.organisation_id, '',
                ',"organisation_id":{"old":' || audit_json(OLD.organisation_id) ||
                ',"new":' || audit_json(NEW.organisation_id) || '}') ||
            iif(OLD.expires_at IS NEW.expires_at, '',
                ',"expires_at":{"old":' || audit_json(OLD.expires_at) ||
                ',"new":' || audit_json(NEW.expires_at) || '}'), 2) || '}');
END;
CREATE TRIGGER token_after_delete_record
AFTER DELETE ON token
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('token', OLD.id, NULL, 'DELETE',
        '{"deleted":{' ||
            '"id":' || audit_json(OLD.id) ||
            ',"digest":' || iif(OLD.digest IS NULL, 'null', '"changed"') ||
            ',"user_id":' || audit_json(OLD.user_id) ||
            ',"kind":' || audit_json(OLD.kind) ||
            ',"name":' || audit_json(OLD.name) ||
            ',"operation":' || audit_json(OLD.operation) ||
            ',"scopes":' || audit_json(OLD.scopes) ||
            ',"organisation_id":' || audit_json(OLD.organisation_id) ||
            ',"created_at":' || audit_json(OLD.created_at) ||
            ',"expires_at":' || audit_json(OLD.expires_at) || '}' || '}');
END;
CREATE TRIGGER token_team_after_insert_record
AFTER INSERT ON token_team
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('token_team', NEW.token_id || '/' || NEW.team_id, NULL, 'CREATE',
        '{"created":{' ||
            '"token_id":' || audit_json(NEW.token_id) ||
            ',"team_id":' || audit_json(NEW.team_id) || '}}');
END;
CREATE TRIGGER token_team_after_delete_record
AFTER DELETE ON token_team
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('token_team', OLD.token_id || '/' || OLD.team_id, NULL, 'DELETE',
        '{"deleted":{' ||
            '"token_id":' || audit_json(OLD.token_id) ||
            ',"team_id":' || audit_json(OLD.team_id) || '}' || '}');
END;
CREATE TRIGGER upload_request_after_insert_record
AFTER INSERT ON upload_request
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('upload_request', NEW.id, NULL, 'CREATE',
        '{"created":{' ||
            '"id":' || audit_json(NEW.id) ||
            ',"user_id":' || audit_json(NEW.user_id) ||
            ',"allowed_types":' || coalesce(NEW.allowed_types, 'null') ||
            ',"asset_id":' || audit_json(NEW.asset_id) ||
            ',"consumed_by":' || audit_json(NEW.consumed_by) ||
            ',"consumed_digest":' || iif(NEW.consumed_digest IS NULL, 'null', '"changed"') ||
            ',"created_at":' || audit_json(NEW.created_at) ||
            ',"upload_expires_at":' || audit_json(NEW.upload_expires_at) ||
            ',"expires_at":' || audit_json(NEW.expires_at) || '}}');
END;
CREATE TRIGGER upload_request_after_update_record
AFTER UPDATE ON upload_request
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('upload_request', NEW.id, NULL,
        'UPDATE',
        '{' || substr(
            iif(OLD.user_id IS NEW.user_id, '',
                ',"user_id":{"old":' || audit_json(OLD.user_id) ||
                ',"new":' || audit_json(NEW.user_id) || '}') ||
            iif(OLD.allowed_types IS NEW.allowed_types, '',
                ',"allowed_types":{"old":' || coalesce(OLD.allowed_types, 'null') ||
                ',"new":' || coalesce(NEW.allowed_types, 'null') || '}') ||
            iif(OLD.asset_id IS NEW.asset_id, '',
                ',"asset_id":{"old":' || audit_json(OLD.asset_id) ||
                ',"new":' || audit_json(NEW.asset_id) || '}') ||
            iif(OLD.consumed_by IS NEW.consumed_by, '',
                ',"consumed_by":{"old":' || audit_json(OLD.consumed_by) ||
                ',"new":' || audit_json(NEW.consumed_by) || '}') ||
            iif(OLD.consumed_digest IS NEW.consumed_digest, '',
                ',"consumed_digest":{"old":' || iif(OLD.consumed_digest IS NULL, 'null', '"changed"') ||
                ',"new":' || iif(NEW.consumed_digest IS NULL, 'null', '"changed"') || '}') ||
            iif(OLD.upload_expires_at IS NEW.upload_expires_at, '',
                ',"upload_expires_at":{"old":' || audit_json(OLD.upload_expires_at) ||
                ',"new":' || audit_json(NEW.upload_expires_at) || '}') ||
            iif(OLD.expires_at IS NEW.expires_at, '',
                ',"expires_at":{"old":' || audit_json(OLD.expires_at) ||
                ',"new":' || audit_json(NEW.expires_at) || '}'), 2) || '}');
END;
CREATE TRIGGER upload_request_after_delete_record
AFTER DELETE ON upload_request
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('upload_request', OLD.id, NULL, 'DELETE',
        '{"deleted":{' ||
            '"id":' || audit_json(OLD.id) ||
            ',"user_id":' || audit_json(OLD.user_id) ||
            ',"allowed_types":' || coalesce(OLD.allowed_types, 'null') ||
            ',"asset_id":' || audit_json(OLD.asset_id) ||
            ',"consumed_by":' || audit_json(OLD.consumed_by) ||
            ',"consumed_digest":' || iif(OLD.consumed_digest IS NULL, 'null', '"changed"') ||
            ',"created_at":' || audit_json(OLD.created_at) ||
            ',"upload_expires_at":' || audit_json(OLD.upload_expires_at) ||
            ',"expires_at":' || audit_json(OLD.expires_at) || '}' || '}');
END;
CREATE TRIGGER user_before_delete_children
BEFORE DELETE ON user
BEGIN
    DELETE FROM token WHERE user_id = OLD.id;
    DELETE FROM membership WHERE user_id = OLD.id;
END;
CREATE TRIGGER user_after_insert_record
AFTER INSERT ON user
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('user', NEW.id, NULL, 'CREATE',
        '{"created":{' ||
            '"id":' || audit_json(NEW.id) ||
            ',"email":' || audit_json(NEW.email) ||
            ',"name":' || audit_json(NEW.name) ||
            ',"password_hash":' || iif(NEW.password_hash IS NULL, 'null', '"changed"') ||
            ',"role":' || audit_json(NEW.role) ||
            ',"is_admin":' || audit_json(NEW.is_admin) ||
            ',"is_verified":' || audit_json(NEW.is_verified) ||
            ',"created_at":' || audit_json(NEW.created_at) || '}}');
END;
CREATE TRIGGER user_after_update_record
AFTER UPDATE ON user
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('user', NEW.id, NULL,
        'UPDATE',
        '{' || substr(
            iif(OLD.email IS NEW.email, '',
                ',"email":{"old":' || audit_json(OLD.email) ||
                ',"new":' || audit_json(NEW.email) || '}') ||
            iif(OLD.name IS NEW.name, '',
                ',"name":{"old":' || audit_json(OLD.name) ||
                ',"new":' || audit_json(NEW.name) || '}') ||
            iif(OLD.password_hash IS NEW.password_hash, '',
                ',"password_hash":{"old":' || iif(OLD.password_hash IS NULL, 'null', '"changed"') ||
                ',"new":' || iif(NEW.password_hash IS NULL, 'null', '"changed"') || '}') ||
            iif(OLD.role IS NEW.role, '',
                ',"role":{"old":' || audit_json(OLD.role) ||
                ',"new":' || audit_json(NEW.role) || '}') ||
            iif(OLD.is_admin IS NEW.is_admin, '',
                ',"is_admin":{"old":' || audit_json(OLD.is_admin) ||
                ',"new":' || audit_json(NEW.is_admin) || '}') ||
            iif(OLD.is_verified IS NEW.is_verified, '',
                ',"is_verified":{"old":' || audit_json(OLD.is_verified) ||
                ',"new":' || audit_json(NEW.is_verified) || '}'), 2) || '}');
END;
CREATE TRIGGER user_after_delete_record
AFTER DELETE ON user
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('user', OLD.id, NULL, 'DELETE',
        '{"deleted":{' ||
            '"id":' || audit_json(OLD.id) ||
            ',"email":' || audit_json(OLD.email) ||
            ',"name":' || audit_json(OLD.name) ||
            ',"password_hash":' || iif(OLD.password_hash IS NULL, 'null', '"changed"') ||
            ',"role":' || audit_json(OLD.role) ||
            ',"is_admin":' || audit_json(OLD.is_admin) ||
            ',"is_verified":' || audit_json(OLD.is_verified) ||
            ',"created_at":' || audit_json(OLD.created_at) || '}' || '}');
END;
CREATE TRIGGER version_tag_after_insert_record
AFTER INSERT ON version_tag
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('version_tag', NEW.prompt_id || '/' || NEW.tag, NEW.prompt_id, 'CREATE',
        '{"created":{' ||
            '"tag":' || audit_json(NEW.tag) ||
            ',"version":' || audit_json(NEW.version) ||
            ',"created_at":' || audit_json(NEW.created_at) || '}}');
END;
CREATE TRIGGER version_tag_after_update_record
AFTER UPDATE ON version_tag
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('version_tag', NEW.prompt_id || '/' || NEW.tag, NEW.prompt_id,
        'UPDATE',
        '{' || substr(
            iif(OLD.tag IS NEW.tag, '',
                ',"tag":{"old":' || audit_json(OLD.tag) ||
                ',"new":' || audit_json(NEW.tag) || '}') ||
            iif(OLD.version IS NEW.version, '',
                ',"version":{"old":' || audit_json(OLD.version) ||
                ',"new":' || audit_json(NEW.version) || '}'), 2) || '}');
END;
CREATE TRIGGER version_tag_after_delete_record
AFTER DELETE ON version_tag
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('version_tag', OLD.prompt_id || '/' || OLD.tag, OLD.prompt_id, 'DELETE',
        '{"deleted":{' ||
            '"tag":' || audit_json(OLD.tag) ||
            ',"version":' || audit_json(OLD.version) ||
            ',"created_at":' || audit_json(OLD.created_at) || '}' || '}');
END;
PRAGMA writable_schema=OFF;
COMMIT;
PRAGMA user_version=2;
