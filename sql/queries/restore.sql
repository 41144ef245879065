-- Bringing a deleted prompt back from the audit log.
--
-- A deletion's rows stand together: those of the children, then the prompt's
-- own.  They are found by the prompt and by the place in the log, after
-- `:after` and up to `:seq`.  JSON is taken by ->, which gives it as it was
-- written (json_extract would take a text out of its quotes).

-- The prompt's last deletion, and what decides whether it can come back.
-- name: restore_find
-- mode: read
SELECT a.seq,
       coalesce((SELECT b.seq
                 FROM audit_log AS b
                 WHERE b.prompt_id = a.prompt_id
                   AND b.seq < a.seq
                   AND (b.request_id <> a.request_id OR b.at <> a.at
                        OR b.action <> 'DELETE')
                 ORDER BY b.seq DESC
                 LIMIT 1), 0),
       json_extract(a.changes, '$.deleted.project_id'),
       json_extract(a.changes, '$.deleted.slug'),
       json_extract(a.changes, '$.deleted.is_active'),
       json_extract(a.changes, '$.deleted.section'),
       json_extract(a.changes, '$.deleted.sub_section'),
       json_extract(a.changes, '$.deleted.route'),
       a.changes -> '$.deleted.categories'
FROM audit_log AS a
WHERE a.prompt_id = :prompt_id
  AND a.entity = 'prompt'
  AND a.action = 'DELETE'
ORDER BY a.seq DESC
LIMIT 1

-- name: restore_find_missing_project
-- mode: read
SELECT 1
FROM audit_log AS a
WHERE a.prompt_id = :prompt_id
  AND a.seq > :after
  AND a.seq <= :seq
  AND a.entity = 'prompt'
  AND NOT EXISTS (SELECT 1
                  FROM project AS j
                  WHERE j.id = json_extract(a.changes,
                                   '$.deleted.project_id'))
LIMIT 1

-- name: restore_find_missing_user
-- mode: read
SELECT 1
FROM audit_log AS a
JOIN json_each(a.changes, '$.deleted') AS member
WHERE a.prompt_id = :prompt_id
  AND a.seq > :after
  AND a.seq <= :seq
  AND member.key IN ('owner_id', 'created_by', 'updated_by', 'author_id')
  AND NOT EXISTS (SELECT 1
                  FROM user AS u
                  WHERE u.id = member.value)
LIMIT 1

-- name: restore_find_missing_asset
-- mode: read
SELECT 1
FROM audit_log AS a
WHERE a.prompt_id = :prompt_id
  AND a.seq > :after
  AND a.seq <= :seq
  AND a.entity IN ('prompt', 'prompt_version')
  AND json_extract(a.changes, '$.deleted.asset_id') IS NOT NULL
  AND NOT EXISTS (SELECT 1
                  FROM asset AS s
                  WHERE s.id = json_extract(a.changes, '$.deleted.asset_id'))
LIMIT 1

-- name: restore_prompt
-- mode: write
INSERT INTO prompt (id, kind, project_id, owner_id, slug, name, description,
    status, is_active, version, last_version, content, system_prompt, model,
    model_params, tags, section, sub_section, route, categories, tone,
    output_format, few_shot, context, payload_schema, asset_id, file_name,
    created_at, created_by, updated_at, updated_by, revision)
SELECT json_extract(a.changes, '$.deleted.id'),
       json_extract(a.changes, '$.deleted.kind'),
       json_extract(a.changes, '$.deleted.project_id'),
       json_extract(a.changes, '$.deleted.owner_id'),
       :slug,
       json_extract(a.changes, '$.deleted.name'),
       json_extract(a.changes, '$.deleted.description'),
       json_extract(a.changes, '$.deleted.status'),
       json_extract(a.changes, '$.deleted.is_active'),
       json_extract(a.changes, '$.deleted.version'),
       json_extract(a.changes, '$.deleted.last_version'),
       json_extract(a.changes, '$.deleted.content'),
       json_extract(a.changes, '$.deleted.system_prompt'),
       json_extract(a.changes, '$.deleted.model'),
       nullif(a.changes -> '$.deleted.model_params', 'null'),
       nullif(a.changes -> '$.deleted.tags', 'null'),
       json_extract(a.changes, '$.deleted.section'),
       json_extract(a.changes, '$.deleted.sub_section'),
       json_extract(a.changes, '$.deleted.route'),
       nullif(a.changes -> '$.deleted.categories', 'null'),
       json_extract(a.changes, '$.deleted.tone'),
       json_extract(a.changes, '$.deleted.output_format'),
       nullif(a.changes -> '$.deleted.few_shot', 'null'),
       nullif(a.changes -> '$.deleted.context', 'null'),
       nullif(a.changes -> '$.deleted.payload_schema', 'null'),
       json_extract(a.changes, '$.deleted.asset_id'),
       json_extract(a.changes, '$.deleted.file_name'),
       json_extract(a.changes, '$.deleted.created_at'),
       json_extract(a.changes, '$.deleted.created_by'),
       json_extract(a.changes, '$.deleted.updated_at'),
       json_extract(a.changes, '$.deleted.updated_by'),
       json_extract(a.changes, '$.deleted.revision') + 1
FROM audit_log AS a
WHERE a.seq = :seq

-- name: restore_versions
-- mode: write
INSERT INTO prompt_version (prompt_id, version, id, state, name,
    description, is_active, content, system_prompt, model, model_params,
    tags, section, sub_section, route, categories, tone, output_format,
    few_shot, context, asset_id, file_name, comment, author_id, created_at,
    published_at)
SELECT a.prompt_id,
       json_extract(a.changes, '$.deleted.version'),
       json_extract(a.changes, '$.deleted.id'),
       json_extract(a.changes, '$.deleted.state'),
       json_extract(a.changes, '$.deleted.name'),
       json_extract(a.changes, '$.deleted.description'),
       json_extract(a.changes, '$.deleted.is_active'),
       json_extract(a.changes, '$.deleted.content'),
       json_extract(a.changes, '$.deleted.system_prompt'),
       json_extract(a.changes, '$.deleted.model'),
       nullif(a.changes -> '$.deleted.model_params', 'null'),
       nullif(a.changes -> '$.deleted.tags', 'null'),
       json_extract(a.changes, '$.deleted.section'),
       json_extract(a.changes, '$.deleted.sub_section'),
       json_extract(a.changes, '$.deleted.route'),
       nullif(a.changes -> '$.deleted.categories', 'null'),
       json_extract(a.changes, '$.deleted.tone'),
       json_extract(a.changes, '$.deleted.output_format'),
       nullif(a.changes -> '$.deleted.few_shot', 'null'),
       nullif(a.changes -> '$.deleted.context', 'null'),
       json_extract(a.changes, '$.deleted.asset_id'),
       json_extract(a.changes, '$.deleted.file_name'),
       json_extract(a.changes, '$.deleted.comment'),
       json_extract(a.changes, '$.deleted.author_id'),
       json_extract(a.changes, '$.deleted.created_at'),
       json_extract(a.changes, '$.deleted.published_at')
FROM audit_log AS a
WHERE a.prompt_id = :prompt_id
  AND a.seq > :after
  AND a.seq < :seq
  AND a.entity = 'prompt_version'

-- name: restore_tags
-- mode: write
INSERT INTO version_tag (prompt_id, tag, version, created_at)
SELECT a.prompt_id,
       json_extract(a.changes, '$.deleted.tag'),
       json_extract(a.changes, '$.deleted.version'),
       json_extract(a.changes, '$.deleted.created_at')
FROM audit_log AS a
WHERE a.prompt_id = :prompt_id
  AND a.seq > :after
  AND a.seq < :seq
  AND a.entity = 'version_tag'

-- name: restore_payloads
-- mode: write
INSERT INTO payload (id, prompt_id, name, variables, created_at, updated_at,
    revision)
SELECT json_extract(a.changes, '$.deleted.id'),
       a.prompt_id,
       json_extract(a.changes, '$.deleted.name'),
       nullif(a.changes -> '$.deleted.variables', 'null'),
       json_extract(a.changes, '$.deleted.created_at'),
       json_extract(a.changes, '$.deleted.updated_at'),
       json_extract(a.changes, '$.deleted.revision')
FROM audit_log AS a
WHERE a.prompt_id = :prompt_id
  AND a.seq > :after
  AND a.seq < :seq
  AND a.entity = 'payload'

-- Foreign keys are checked at the end of the statement, so that replies may
-- come before what they reply to.
-- name: restore_comments
-- mode: write
INSERT INTO comment (id, prompt_id, parent_id, content, author_id,
    created_at, updated_at)
SELECT json_extract(a.changes, '$.deleted.id'),
       a.prompt_id,
       json_extract(a.changes, '$.deleted.parent_id'),
       json_extract(a.changes, '$.deleted.content'),
       json_extract(a.changes, '$.deleted.author_id'),
       json_extract(a.changes, '$.deleted.created_at'),
       json_extract(a.changes, '$.deleted.updated_at')
FROM audit_log AS a
WHERE a.prompt_id = :prompt_id
  AND a.seq > :after
  AND a.seq < :seq
  AND a.entity = 'comment'

-- name: restore_run_logs
-- mode: write
INSERT INTO run_log (id, prompt_id, output, model_used, notes, score,
    created_at)
SELECT json_extract(a.changes, '$.deleted.id'),
       a.prompt_id,
       json_extract(a.changes, '$.deleted.output'),
       json_extract(a.changes, '$.deleted.model_used'),
       json_extract(a.changes, '$.deleted.notes'),
       json_extract(a.changes, '$.deleted.score'),
       json_extract(a.changes, '$.deleted.created_at')
FROM audit_log AS a
WHERE a.prompt_id = :prompt_id
  AND a.seq > :after
  AND a.seq < :seq
  AND a.entity = 'run_log'

-- name: restore_flows
-- mode: write
INSERT INTO prompt_flow (prompt_id, flow_id, published_version,
    draft_version, created_at)
SELECT a.prompt_id,
       json_extract(a.changes, '$.deleted.flow_id'),
       nullif(a.changes -> '$.deleted.published_version', 'null'),
       nullif(a.changes -> '$.deleted.draft_version', 'null'),
       json_extract(a.changes, '$.deleted.created_at')
FROM audit_log AS a
WHERE a.prompt_id = :prompt_id
  AND a.seq > :after
  AND a.seq < :seq
  AND a.entity = 'prompt_flow'

-- A foreign id that an import has given to another prompt meanwhile is that
-- one's now.
-- name: restore_references
-- mode: write
INSERT INTO external_reference (source, entity, foreign_id, prompt_id,
    created_at)
SELECT json_extract(a.changes, '$.deleted.source'),
       json_extract(a.changes, '$.deleted.entity'),
       json_extract(a.changes, '$.deleted.foreign_id'),
       a.prompt_id,
       json_extract(a.changes, '$.deleted.created_at')
FROM audit_log AS a
WHERE a.prompt_id = :prompt_id
  AND a.seq > :after
  AND a.seq < :seq
  AND a.entity = 'external_reference'
  AND NOT EXISTS (SELECT 1
                  FROM external_reference AS r
                  WHERE r.source = json_extract(a.changes,
                                       '$.deleted.source')
                    AND r.entity = json_extract(a.changes,
                                       '$.deleted.entity')
                    AND r.foreign_id = json_extract(a.changes,
                                           '$.deleted.foreign_id'))
