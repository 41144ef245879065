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
