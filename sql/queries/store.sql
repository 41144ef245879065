-- Statements of the store itself.

-- name: txn_begin_read
-- mode: read
BEGIN DEFERRED

-- name: txn_begin_write
-- mode: write
BEGIN IMMEDIATE

-- name: txn_commit
-- mode: read
COMMIT

-- name: txn_rollback
-- mode: read
ROLLBACK

-- name: txn_savepoint
-- mode: write
SAVEPOINT member

-- name: txn_release
-- mode: write
RELEASE member

-- name: txn_rollback_to
-- mode: write
ROLLBACK TO member

-- name: schema_write_genesis
-- mode: write
INSERT INTO installation (id, genesis)
VALUES (1, :genesis)

-- What drops all triggers; NULL where there are none.
-- name: schema_drop_triggers
-- mode: read
SELECT group_concat('DROP TRIGGER "' || name || '";', '')
FROM sqlite_schema
WHERE type = 'trigger'

-- The whole database as it is now, as a new file.
-- name: store_snapshot
-- mode: read
VACUUM INTO :path

-- name: store_check_pages
-- mode: read
PRAGMA integrity_check(1)

-- name: store_check_references
-- mode: read
PRAGMA foreign_key_check

-- Answers whether somebody was in the way.
-- name: store_empty_wal
-- mode: read
PRAGMA wal_checkpoint(TRUNCATE)

-- wal, or what the store fell back to.
-- name: store_journal
-- mode: read
PRAGMA journal_mode
