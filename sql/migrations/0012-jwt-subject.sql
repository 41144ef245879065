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

CREATE TRIGGER user_before_delete_subjects
BEFORE DELETE ON user
BEGIN
    DELETE FROM jwt_subject WHERE user_id = OLD.id;
END;

CREATE TRIGGER jwt_subject_after_insert_record
AFTER INSERT ON jwt_subject
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('jwt_subject', NEW.id, NULL, 'CREATE',
        '{"created":{' ||
            '"id":' || audit_json(NEW.id) ||
            ',"issuer":' || audit_json(NEW.issuer) ||
            ',"subject":' || audit_json(NEW.subject) ||
            ',"user_id":' || audit_json(NEW.user_id) ||
            ',"created_at":' || audit_json(NEW.created_at) || '}}');
END;

-- A subject is somebody or it is not, it never becomes somebody else.
CREATE TRIGGER jwt_subject_before_update_refuse
BEFORE UPDATE ON jwt_subject
BEGIN
    SELECT RAISE(ABORT, 'jwt_subject: rows are never changed');
END;

CREATE TRIGGER jwt_subject_after_delete_record
AFTER DELETE ON jwt_subject
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('jwt_subject', OLD.id, NULL, 'DELETE',
        '{"deleted":{' ||
            '"id":' || audit_json(OLD.id) ||
            ',"issuer":' || audit_json(OLD.issuer) ||
            ',"subject":' || audit_json(OLD.subject) ||
            ',"user_id":' || audit_json(OLD.user_id) ||
            ',"created_at":' || audit_json(OLD.created_at) || '}}');
END;

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
