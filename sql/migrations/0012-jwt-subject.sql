-- Whom the tokens of a foreign issuer name.

-- A subject stays the same person when the address in its tokens changes.
-- Its id is what the audit log and token_reach know a caller's token by.
CREATE TABLE jwt_subject (
    id         TEXT NOT NULL PRIMARY KEY,
    issuer     TEXT NOT NULL,
    subject    TEXT NOT NULL,
    user_id    TEXT NOT NULL REFERENCES user (id),
    created_at INTEGER NOT NULL,
    UNIQUE (issuer, subject)
) STRICT;

CREATE INDEX jwt_subject_user ON jwt_subject (user_id);

-- As before, and a subject has its user's teams.
DROP VIEW token_reach;

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
                AND b.team_id = t.id)
UNION ALL
SELECT s.id,
       m.team_id,
       m.role,
       m.created_at
FROM jwt_subject AS s
JOIN membership AS m ON m.user_id = s.user_id;
