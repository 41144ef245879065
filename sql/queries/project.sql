-- Organisations, teams, memberships and projects.

-- name: organisation_insert
-- mode: write
INSERT INTO organisation (id, name, created_at)
VALUES (:id, :name, :now)

-- name: team_insert
-- mode: write
INSERT INTO team (id, organisation_id, name, created_at)
VALUES (:id, :organisation_id, :name, :now)

-- name: membership_insert
-- mode: write
INSERT INTO membership (team_id, user_id, role, created_at)
VALUES (:team_id, :user_id, :role, :now)

-- name: project_insert
-- mode: write
INSERT INTO project (id, team_id, name, slug, created_at)
VALUES (:id, :team_id, :name, :slug, :now)

-- name: installation_find
-- mode: read
SELECT organisation_id, team_id, project_id
FROM installation

-- name: installation_set
-- mode: write
UPDATE installation
SET organisation_id = :organisation_id,
    team_id = :team_id,
    project_id = :project_id

-- name: project_first_of_user
-- mode: read
SELECT p.id
FROM membership AS m
JOIN project AS p ON p.team_id = m.team_id
WHERE m.user_id = :user_id
ORDER BY m.created_at, p.created_at, p.id
LIMIT 1

-- name: project_find
-- mode: read
SELECT id, team_id, name, slug, created_at
FROM project
WHERE id = :id

-- name: project_list_of_team
-- mode: read
SELECT id, team_id, name, slug, created_at
FROM project
WHERE team_id = :team_id
  AND (created_at, id) < (:before_at, :before_id)
ORDER BY created_at DESC, id DESC
LIMIT :limit

-- name: team_find
-- mode: read
SELECT id, organisation_id, name, created_at
FROM team
WHERE id = :id

-- name: team_has_members
-- mode: read
SELECT 1
FROM membership
WHERE team_id = :team_id
LIMIT 1

-- Whoever administers the team that an organisation began with administers
-- the organisation; in any other of its teams one is a member.
-- name: membership_role_in_organisation
-- mode: read
SELECT iif(t.name = 'Default Team' AND m.role = 'admin', 'admin', 'viewer')
       AS role
FROM team AS t
JOIN membership AS m ON m.team_id = t.id
WHERE t.organisation_id = :organisation_id
  AND m.user_id = :user_id
ORDER BY role
LIMIT 1

-- The organisations that a user is in, and his place in each.
-- name: organisation_list_of_user
-- mode: read
SELECT o.id, o.name,
       max(t.name = 'Default Team' AND m.role = 'admin') AS is_admin,
       o.created_at
FROM membership AS m
JOIN team AS t ON t.id = m.team_id
JOIN organisation AS o ON o.id = t.organisation_id
WHERE m.user_id = :user_id
GROUP BY o.id
ORDER BY o.created_at, o.id

-- An admin of the organisation: the named user if he is one, else the first.
-- name: organisation_find_admin
-- mode: read
SELECT m.user_id
FROM team AS t
JOIN membership AS m ON m.team_id = t.id
WHERE t.organisation_id = :organisation_id
  AND t.name = 'Default Team'
  AND m.role = 'admin'
ORDER BY m.user_id = :user_id DESC, m.created_at, m.user_id
LIMIT 1

-- name: membership_find
-- mode: read
SELECT role
FROM membership
WHERE team_id = :team_id
  AND user_id = :user_id

-- name: membership_set_role
-- mode: write
UPDATE membership
SET role = :role
WHERE team_id = :team_id
  AND user_id = :user_id
  AND role <> :role

-- name: membership_delete
-- mode: write
DELETE FROM membership
WHERE team_id = :team_id
  AND user_id = :user_id

-- name: membership_find_of_user
-- mode: read
SELECT 1
FROM membership
WHERE user_id = :user_id
LIMIT 1

-- name: project_update
-- mode: write
UPDATE project
SET name = coalesce(:name, name),
    slug = coalesce(:slug, slug)
WHERE id = :id
  AND (name <> coalesce(:name, name) OR slug <> coalesce(:slug, slug))

-- The triggers delete, and record, its prompts first.
-- name: project_delete
-- mode: write
DELETE FROM project
WHERE id = :id
