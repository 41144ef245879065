-- Sessions and API keys.

-- name: token_insert
-- mode: write
INSERT INTO token (digest, id, user_id, kind, name, operation, scopes,
    organisation_id, created_at, expires_at)
VALUES (:digest, :id, :user_id, :kind, :name, :operation, :scopes,
    :organisation_id, :now, :expires_at)

-- name: token_find_caller
-- mode: read
SELECT t.id, t.kind, t.operation, t.scopes, t.organisation_id,
       t.organisation_id IS NOT NULL
           AND EXISTS (SELECT 1
                       FROM token_team AS b
                       WHERE b.token_id = t.id),
       t.last_used_at, u.id, u.email, u.name,
       u.role, u.is_admin, u.is_verified
FROM token AS t
JOIN user AS u ON u.id = t.user_id
WHERE t.digest = :digest
  AND (t.expires_at IS NULL OR t.expires_at > :now)

-- name: token_delete
-- mode: write
DELETE FROM token
WHERE digest = :digest
  AND kind = 'session'

-- What opens something, of one user or of all.
-- name: token_list
-- mode: read
SELECT t.id, t.kind, u.email, t.name, t.operation, t.scopes,
       t.organisation_id, t.created_at, t.expires_at, t.last_used_at
FROM token AS t
JOIN user AS u ON u.id = t.user_id
WHERE (:user_id IS NULL OR t.user_id = :user_id)
  AND (t.expires_at IS NULL OR t.expires_at > :now)
ORDER BY t.created_at DESC, t.id DESC

-- name: token_revoke
-- mode: write
DELETE FROM token
WHERE id = :id

-- name: session_list
-- mode: read
SELECT id, user_id, expires_at, created_at
FROM token
WHERE user_id = :user_id
  AND kind = 'session'
  AND expires_at > :now
  AND (created_at, id) < (:before_at, :before_id)
ORDER BY created_at DESC, id DESC
LIMIT :limit

-- name: session_delete
-- mode: write
DELETE FROM token
WHERE id = :id
  AND user_id = :user_id
  AND kind = 'session'

-- Never backwards: several processes note the same key.
-- name: token_note_use
-- mode: write
UPDATE token
SET last_used_at = :at
WHERE id = :id
  AND coalesce(last_used_at, 0) < :at
