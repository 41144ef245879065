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

-- name: membership_role_in_project
-- mode: read
SELECT m.role
FROM project AS p
JOIN membership AS m ON m.team_id = p.team_id
WHERE p.id = :project_id
  AND m.user_id = :user_id
