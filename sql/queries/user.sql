-- Users and the tenancy that each of them starts with.

-- name: user_insert
-- mode: write
INSERT INTO user (id, email, email_key, name, password_hash, role, is_admin,
    is_verified, created_at)
VALUES (:id, :email, :email_key, :name, :password_hash, :role, :is_admin,
    1, :now)

-- name: user_find
-- mode: read
SELECT id, email, name, password_hash, role, is_admin, is_verified, created_at
FROM user
WHERE id = :id

-- name: user_find_by_email
-- mode: read
SELECT id, email, name, password_hash, role, is_admin, is_verified, created_at
FROM user
WHERE email_key = :email_key

-- Not those who were deleted, of whom only the id is left.
-- name: user_list
-- mode: read
SELECT id, email, name, password_hash, role, is_admin, is_verified, created_at
FROM user
WHERE email <> ''
ORDER BY email_key

-- name: user_find_other_admin
-- mode: read
SELECT 1
FROM user
WHERE role = 'admin'
  AND id <> :id
LIMIT 1

-- Equal values are no change, which the audit log would record.
-- name: user_set_email
-- mode: write
UPDATE user
SET email = :email,
    email_key = :email_key
WHERE id = :id
  AND email IS NOT :email

-- name: user_set_password
-- mode: write
UPDATE user
SET password_hash = :password_hash
WHERE id = :id

-- Run after his memberships have changed.
-- name: user_set_role
-- mode: write
UPDATE user
SET role = :role,
    is_admin = EXISTS (SELECT 1
                       FROM membership AS m
                       JOIN team AS t ON t.id = m.team_id
                       WHERE m.user_id = user.id
                         AND m.role = 'admin'
                         AND t.name = 'Default Team')
WHERE id = :id
  AND role <> :role

-- The following, in this order, delete a user.

-- Organisations in which nobody else is.
-- name: user_delete_organisations
-- mode: write
DELETE FROM organisation
WHERE id IN (SELECT t.organisation_id
             FROM membership AS m
             JOIN team AS t ON t.id = m.team_id
             WHERE m.user_id = :id)
  AND NOT EXISTS (SELECT 1
                  FROM team AS t
                  JOIN membership AS m ON m.team_id = t.id
                  WHERE t.organisation_id = organisation.id
                    AND m.user_id <> :id)
  AND NOT EXISTS (SELECT 1
                  FROM installation AS i
                  WHERE i.organisation_id = organisation.id)

-- The next in line of each team that the user alone administers.
-- name: user_pass_on_teams
-- mode: write
UPDATE membership
SET role = 'admin'
WHERE role <> 'admin'
  AND user_id <> :id
  AND EXISTS (SELECT 1
              FROM membership AS own
              WHERE own.team_id = membership.team_id
                AND own.user_id = :id
                AND own.role = 'admin')
  AND NOT EXISTS (SELECT 1
                  FROM membership AS other
                  WHERE other.team_id = membership.team_id
                    AND other.user_id <> :id
                    AND other.role = 'admin')
  AND user_id = (SELECT next.user_id
                 FROM membership AS next
                 WHERE next.team_id = membership.team_id
                   AND next.user_id <> :id
                 ORDER BY next.role = 'editor' DESC, next.created_at,
                          next.user_id
                 LIMIT 1)

-- Keys of organisations that have another admin.
-- name: user_pass_on_keys
-- mode: write
UPDATE token
SET user_id = (SELECT m.user_id
               FROM team AS t
               JOIN membership AS m ON m.team_id = t.id
               WHERE t.organisation_id = token.organisation_id
                 AND t.name = 'Default Team'
                 AND m.role = 'admin'
                 AND m.user_id <> :id
               ORDER BY m.created_at, m.user_id
               LIMIT 1)
WHERE user_id = :id
  AND kind = 'key'
  AND EXISTS (SELECT 1
              FROM team AS t
              JOIN membership AS m ON m.team_id = t.id
              WHERE t.organisation_id = token.organisation_id
                AND t.name = 'Default Team'
                AND m.role = 'admin'
                AND m.user_id <> :id)

-- name: user_delete_tokens
-- mode: write
DELETE FROM token
WHERE user_id = :id

-- name: user_delete_memberships
-- mode: write
DELETE FROM membership
WHERE user_id = :id

-- A user whom nothing names any more.
-- name: user_delete_unnamed
-- mode: write
DELETE FROM user
WHERE id = :id
  AND NOT EXISTS (SELECT 1 FROM prompt WHERE owner_id = :id)
  AND NOT EXISTS (SELECT 1 FROM prompt WHERE created_by = :id)
  AND NOT EXISTS (SELECT 1 FROM prompt WHERE updated_by = :id)
  AND NOT EXISTS (SELECT 1 FROM prompt_version WHERE author_id = :id)
  AND NOT EXISTS (SELECT 1 FROM comment WHERE author_id = :id)
  AND NOT EXISTS (SELECT 1 FROM asset WHERE created_by = :id)
  AND NOT EXISTS (SELECT 1 FROM upload_request WHERE user_id = :id)

-- Any other, if he is still there, keeps his id alone.
-- name: user_blank
-- mode: write
UPDATE user
SET email = '',
    email_key = 'deleted ' || id,
    name = 'deleted user',
    password_hash = NULL,
    role = 'member',
    is_admin = 0
WHERE id = :id
