-- Who has tried something too often.

-- name: throttle_find
-- mode: read
SELECT full_at
FROM throttle
WHERE key = :key

-- name: throttle_insert
-- mode: write
INSERT INTO throttle (key, full_at)
VALUES (:key, :full_at)

-- name: throttle_update
-- mode: write
UPDATE throttle
SET full_at = :full_at
WHERE key = :key

-- name: throttle_purge
-- mode: write
DELETE FROM throttle
WHERE full_at <= :now
