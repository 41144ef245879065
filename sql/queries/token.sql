-- Sessions and API keys.

-- name: token_insert
-- mode: write
INSERT INTO token (digest, id, user_id, kind, name, operation, scopes,
    organisation_id, created_at, expires_at)
VALUES (:digest, :id, :user_id, :kind, :name, :operation, :scopes,
    :organisation_id, :now, :expires_at)

-- name: token_find_caller
-- mode: read
SELECT t.id, t.kind, t.operation, t.scopes, u.id, u.email, u.name, u.role,
       u.is_admin, u.is_verified
FROM token AS t
JOIN user AS u ON u.id = t.user_id
WHERE t.digest = :digest
  AND (t.expires_at IS NULL OR t.expires_at > :now)

-- name: token_delete
-- mode: write
DELETE FROM token
WHERE digest = :digest
  AND kind = 'session'
