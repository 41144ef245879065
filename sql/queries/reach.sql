-- What a token opens: see the view token_reach.

-- name: reach_team
-- mode: read
SELECT role
FROM token_reach
WHERE token_id = :token_id
  AND team_id = :team_id

-- name: reach_project
-- mode: read
SELECT r.role
FROM project AS p
JOIN token_reach AS r ON r.team_id = p.team_id
WHERE p.id = :project_id
  AND r.token_id = :token_id

-- name: reach_prompt
-- mode: read
SELECT r.role
FROM prompt AS p
JOIN project AS j ON j.id = p.project_id
JOIN token_reach AS r ON r.team_id = j.team_id
WHERE p.id = :prompt_id
  AND r.token_id = :token_id

-- name: reach_team_list
-- mode: read
SELECT t.id, t.organisation_id, t.name, t.created_at
FROM token_reach AS r
JOIN team AS t ON t.id = r.team_id
WHERE r.token_id = :token_id
ORDER BY r.since, t.id
