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
-- Every file that a row needs, and those of deleted rows, which the audit log
-- can bring back: their files may be gone.
-- name: asset_list_files
-- mode: read
SELECT name,
       max(size_bytes),
       max(is_needed)
FROM (SELECT lower(hex(sha256)) AS name,
             size_bytes,
             1 AS is_needed
      FROM asset
      UNION ALL
      SELECT json_extract(changes, '$.deleted.sha256'),
             json_extract(changes, '$.deleted.size_bytes'),
             0
      FROM audit_log
      WHERE entity = 'asset'
        AND action = 'DELETE')
GROUP BY name
ORDER BY name
