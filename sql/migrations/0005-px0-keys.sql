-- API keys of organisations: what they reach, and their end.

CREATE INDEX token_organisation ON token (organisation_id, created_at)
    WHERE organisation_id IS NOT NULL;

-- The teams that a token opens, and what it may do in each.  An organisation's
-- key stands for itself: it has its teams, or all of the organisation, in the
-- role that its operation names.  Any other token has its user's teams.
CREATE VIEW token_reach AS
SELECT k.id AS token_id,
       m.team_id AS team_id,
       m.role AS role,
       m.created_at AS since
FROM token AS k
JOIN membership AS m ON m.user_id = k.user_id
WHERE k.organisation_id IS NULL
UNION ALL
SELECT k.id,
       t.id,
       CASE k.operation
           WHEN 'read_render' THEN 'viewer'
           WHEN 'all' THEN 'editor'
           ELSE 'admin'
       END,
       t.created_at
FROM token AS k
JOIN team AS t ON t.organisation_id = k.organisation_id
WHERE NOT EXISTS (SELECT 1
                  FROM token_team AS b
                  WHERE b.token_id = k.id)
   OR EXISTS (SELECT 1
              FROM token_team AS b
              WHERE b.token_id = k.id
                AND b.team_id = t.id);
