-- What a token opens: see the view token_reach.

-- name: reach_team
-- mode: read
SELECT role
FROM token_reach
WHERE token_id = :token_id
  AND team_id = :team_id

-- name: reach_project_team
-- mode: read
SELECT team_id
FROM project
WHERE id = :id

-- name: reach_prompt_team
-- mode: read
SELECT j.team_id
FROM prompt AS p
JOIN project AS j ON j.id = p.project_id
WHERE p.id = :id

-- name: reach_team_list
-- mode: read
SELECT t.id, t.organisation_id, t.name, t.created_at
FROM token_reach AS r
JOIN team AS t ON t.id = r.team_id
WHERE r.token_id = :token_id
ORDER BY r.since, t.id
