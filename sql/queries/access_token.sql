-- OAuth access tokens.

-- name: access_token_insert
-- mode: write
INSERT INTO access_token (digest, id, key_id, scopes, created_at, expires_at)
VALUES (:digest, :id, :key_id, :scopes, :now, :expires_at)

-- The columns of token_find_caller: the key as whom the token calls, with the
-- token's own scopes, none of which is to administer.
-- name: access_token_find_caller
-- mode: read
SELECT k.id, 'access',
       CASE k.operation
           WHEN 'read_render' THEN 'read_render'
           ELSE 'all'
       END,
       a.scopes, k.organisation_id,
       k.organisation_id IS NOT NULL
           AND EXISTS (SELECT 1
                       FROM token_team AS b
                       WHERE b.token_id = k.id),
       k.last_used_at, u.id, u.email, u.name,
       u.role, u.is_admin, u.is_verified
FROM access_token AS a
JOIN token AS k ON k.id = a.key_id
JOIN user AS u ON u.id = k.user_id
WHERE a.digest = :digest
  AND a.expires_at > :now
  AND (k.expires_at IS NULL OR k.expires_at > :now)

-- Each new token clears away more than one, so they do not pile up.
-- name: access_token_purge
-- mode: write
DELETE FROM access_token
WHERE digest IN (SELECT digest
                 FROM access_token
                 WHERE expires_at <= :now
                 LIMIT 100)
