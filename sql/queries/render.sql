-- What a render reads: one version of a prompt, found by project and slug.

-- name: render_find_prompt
-- mode: read
SELECT id, version, payload_schema
FROM prompt
WHERE project_id = :project_id
  AND slug = :slug

-- name: render_find_version
-- mode: read
SELECT v.id, v.content, v.model, v.model_params,
       (SELECT json_group_array(g.tag)
        FROM (SELECT tag
              FROM version_tag
              WHERE prompt_id = v.prompt_id
                AND version = v.version
              ORDER BY tag) AS g)
FROM prompt_version AS v
WHERE v.prompt_id = :prompt_id
  AND v.version = :version
