-- Stored recordings.

-- name: asset_insert
-- mode: write
INSERT INTO asset (id, sha256, media_type, size_bytes, duration_ms,
    sample_rate, channels, codec, created_at, created_by)
VALUES (:id, :sha256, :media_type, :size_bytes, :duration_ms,
    :sample_rate, :channels, :codec, :now, :created_by)

-- name: asset_find
-- mode: read
SELECT id, sha256, media_type, size_bytes, duration_ms, sample_rate,
       channels, codec
FROM asset
WHERE id = :id

-- name: asset_delete
-- mode: write
DELETE FROM asset
WHERE id = :id

-- name: asset_find_by_digest
-- mode: read
SELECT id
FROM asset
WHERE sha256 = :sha256
LIMIT 1

-- name: asset_list
-- mode: read
SELECT id, sha256, size_bytes
FROM asset
WHERE id > :after
ORDER BY id
LIMIT :max

-- name: asset_count
-- mode: read
SELECT count(*)
FROM asset
