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
ORDER BY created_at DESC, id DESC

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
