-- What is not needed any more of uploads and recordings.

-- name: purge_look
-- mode: read
SELECT 1
WHERE EXISTS (SELECT 1 FROM upload_request WHERE expires_at <= :now)
   OR EXISTS (SELECT 1 FROM asset_archive WHERE since <= :until)
   OR EXISTS (SELECT 1 FROM asset_leftover)

-- name: purge_expired_uploads
-- mode: read
SELECT id, asset_id, consumed_by IS NULL
FROM upload_request
WHERE expires_at <= :now
ORDER BY expires_at
LIMIT :max

-- name: purge_upload
-- mode: write
DELETE FROM upload_request
WHERE id = :id

-- name: purge_archived
-- mode: read
SELECT asset_id
FROM asset_archive
WHERE since <= :until
ORDER BY since
LIMIT :max

-- name: purge_is_used
-- mode: read
SELECT 1
WHERE EXISTS (SELECT 1 FROM prompt WHERE asset_id = :asset_id)
   OR EXISTS (SELECT 1 FROM prompt_version WHERE asset_id = :asset_id)
   OR EXISTS (SELECT 1 FROM upload_request WHERE asset_id = :asset_id)

-- name: purge_forget_archived
-- mode: write
DELETE FROM asset_archive
WHERE asset_id = :asset_id

-- name: purge_leftovers
-- mode: read
SELECT id, sha256
FROM asset_leftover
ORDER BY id
LIMIT :max

-- name: purge_forget_leftover
-- mode: write
DELETE FROM asset_leftover
WHERE id = :id

-- name: purge_count
-- mode: read
SELECT (SELECT count(*) FROM upload_request WHERE expires_at <= :now),
       (SELECT count(*) FROM asset_archive WHERE since <= :until),
       (SELECT count(*) FROM asset_leftover)
