-- What is left to be removed: recordings that nothing refers to any more, and
-- files whose rows are gone.  Both lists follow from other rows: not audited.

-- Since when (UTC ms) nothing refers to a recording.
CREATE TABLE asset_archive (
    asset_id TEXT NOT NULL PRIMARY KEY,
    since    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX asset_archive_since ON asset_archive (since);

-- A row for each row of asset that was deleted: its file may go.
CREATE TABLE asset_leftover (
    id     INTEGER NOT NULL PRIMARY KEY,
    sha256 BLOB NOT NULL
) STRICT;

CREATE INDEX upload_request_expires ON upload_request (expires_at);

-- Where triggers say that something ceased to refer to a recording.
CREATE VIEW asset_release AS
SELECT asset_id
FROM asset_archive;

-- What nothing refers to already, since nobody knows when.
INSERT INTO asset_archive (asset_id, since)
SELECT id, created_at
FROM asset AS a
WHERE NOT EXISTS (SELECT 1 FROM prompt WHERE asset_id = a.id)
  AND NOT EXISTS (SELECT 1 FROM prompt_version WHERE asset_id = a.id)
  AND NOT EXISTS (SELECT 1 FROM upload_request WHERE asset_id = a.id);
