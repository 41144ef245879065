-- Permissions to upload a recording, each good for one prompt.

-- name: upload_insert
-- mode: write
INSERT INTO upload_request (id, user_id, allowed_types, created_at,
    upload_expires_at, expires_at)
VALUES (:id, :user_id, :allowed_types, :now, :upload_expires_at, :expires_at)

-- name: upload_find
-- mode: read
SELECT id, user_id, allowed_types, asset_id, consumed_by, consumed_digest,
       upload_expires_at
FROM upload_request
WHERE id = :id
  AND expires_at > :now

-- name: upload_attach
-- mode: write
UPDATE upload_request
SET asset_id = :asset_id
WHERE id = :id
  AND consumed_by IS NULL

-- name: upload_consume
-- mode: write
UPDATE upload_request
SET consumed_by = :prompt_id,
    consumed_digest = :digest
WHERE id = :id
  AND consumed_by IS NULL

-- name: upload_find_open
-- mode: read
SELECT 1
FROM upload_request
WHERE id = :id
  AND consumed_by IS NULL
  AND upload_expires_at > :since
