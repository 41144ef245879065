-- Deleted prompts can be restored; prompts are listed by their last update.

-- The list's order, and the choice of the prompt that a section serves.
DROP INDEX prompt_updated;
CREATE INDEX prompt_updated ON prompt (updated_at, id);
DROP INDEX prompt_active;
CREATE INDEX prompt_active ON prompt (section, updated_at) WHERE is_active;

-- Whole prompts that were deleted, of which there are few.
CREATE INDEX audit_log_prompt_deletion ON audit_log (prompt_id, seq)
    WHERE entity = 'prompt' AND action = 'DELETE';

DROP VIEW prompt_changes;
-- What happened to a prompt, in the admin family's terms: CREATE, UPDATE,
-- ACTIVATE, DEACTIVATE, DELETE, RESTORE of the prompt, and DELETE of one
-- version.  When a prompt is deleted its earlier records leave the view with
-- it; the final DELETE stays.  When it is restored they are back, but for the
-- versions that went with the prompt: nobody deleted those.
-- (The members of `changes` get the family's names in the query
-- change_list_of_prompt: SQLite 3.40 allows no JSON function in a view while
-- trusted_schema is off.)  The id is a UUID of version 8, made of the record's
-- own hash.
CREATE VIEW prompt_changes AS
SELECT a.seq AS seq,
       lower(substr(hex(a.hash), 1, 8) || '-' || substr(hex(a.hash), 9, 4)
           || '-8' || substr(hex(a.hash), 13, 3)
           || '-a' || substr(hex(a.hash), 16, 3)
           || '-' || substr(hex(a.hash), 19, 12)) AS id,
       a.prompt_id AS prompt_id,
       a.entity AS entity,
       a.action AS change_type,
       a.changes AS changes,
       a.actor_id AS author_id,
       a.at AS created_at
FROM audit_log AS a
WHERE a.prompt_id IS NOT NULL
  AND (EXISTS (SELECT 1 FROM prompt AS p WHERE p.id = a.prompt_id)
       OR NOT EXISTS (SELECT 1
                      FROM audit_log AS later
                      WHERE later.prompt_id = a.prompt_id
                        AND later.entity = 'prompt'
                        AND later.action = 'DELETE'
                        AND later.seq > a.seq))
  AND (a.entity = 'prompt'
       OR (a.entity = 'prompt_version' AND a.action = 'DELETE'
           AND NOT EXISTS (SELECT 1
                           FROM audit_log AS whole
                           WHERE whole.prompt_id = a.prompt_id
                             AND whole.entity = 'prompt'
                             AND whole.action = 'DELETE'
                             AND whole.request_id = a.request_id
                             AND whole.at = a.at)));
