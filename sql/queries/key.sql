-- API keys of organisations.  Keys of the command line belong to none and are
-- not to be seen here.

-- name: key_find
-- mode: read
SELECT k.id, k.name, k.organisation_id,
       (SELECT min(team_id)
        FROM token_team
        WHERE token_id = k.id),
       k.operation, k.created_at, k.last_used_at
FROM token AS k
WHERE k.id = :id
  AND k.kind = 'key'
  AND k.organisation_id IS NOT NULL

-- name: key_list
-- mode: read
SELECT k.id, k.name, k.organisation_id,
       (SELECT min(team_id)
        FROM token_team
        WHERE token_id = k.id),
       k.operation, k.created_at, k.last_used_at
FROM token AS k
WHERE k.organisation_id = :organisation_id
  AND k.kind = 'key'
  AND (k.created_at, k.id) < (:before_at, :before_id)
ORDER BY k.created_at DESC, k.id DESC
LIMIT :limit

-- name: key_update
-- mode: write
UPDATE token
SET name = coalesce(:name, name),
    operation = coalesce(:operation, operation)
WHERE id = :id
  AND (name IS NOT coalesce(:name, name)
       OR operation IS NOT coalesce(:operation, operation))

-- name: key_replace_secret
-- mode: write
UPDATE token
SET digest = :digest
WHERE id = :id

-- The triggers take the key's teams along.
-- name: key_delete
-- mode: write
DELETE FROM token
WHERE id = :id

-- The named teams in their order, with the organisation of each that exists.
-- name: key_check_teams
-- mode: read
SELECT t.organisation_id
FROM json_each(:team_ids) AS named
LEFT JOIN team AS t ON t.id = named.value
ORDER BY named.key

-- name: key_unbind_teams
-- mode: write
DELETE FROM token_team
WHERE token_id = :id
  AND team_id NOT IN (SELECT value
                      FROM json_each(:team_ids))

-- name: key_bind_teams
-- mode: write
INSERT OR IGNORE INTO token_team (token_id, team_id)
SELECT :id, value
FROM json_each(:team_ids)
