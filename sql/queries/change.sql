-- The history of prompts, in the admin family's terms.

-- The version is the one that was current once the change was made.  The
-- comment is that of the version that this change made live: its own record
-- stands right before this one (and does not repeat a comment that stayed).
-- name: change_list_of_prompt
-- mode: read
SELECT c.id,
       c.prompt_id,
       CASE
       WHEN c.entity = 'prompt_version'
           THEN json_extract(c.changes, '$.current_version')
       WHEN c.change_type IN ('CREATE', 'RESTORE')
           THEN json_extract(c.changes, '$.created.version')
       WHEN c.change_type = 'DELETE'
           THEN json_extract(c.changes, '$.deleted.version')
       ELSE json_extract(c.changes, '$.version.new')
       END,
       c.change_type,
       CASE
       WHEN c.entity = 'prompt_version'
           THEN json_object('deletedVersion',
               json_extract(c.changes, '$.deleted.version'))
       WHEN c.change_type = 'CREATE'
           THEN json_object('created', json('true'))
       WHEN c.change_type = 'RESTORE'
           THEN json_object('restored', json('true'))
       WHEN c.change_type = 'DELETE'
           THEN json_object('deletedAll', json('true'),
               'name', json_extract(c.changes, '$.deleted.name'))
       ELSE (SELECT json_group_object(
                        CASE e.key
                        WHEN 'sub_section' THEN 'subSection'
                        WHEN 'system_prompt' THEN 'systemPrompt'
                        WHEN 'content' THEN 'userPromptTemplate'
                        WHEN 'output_format' THEN 'outputFormat'
                        WHEN 'few_shot' THEN 'fewShot'
                        WHEN 'is_active' THEN 'isActive'
                        ELSE e.key
                        END,
                        CASE e.key
                        WHEN 'is_active' THEN json_object(
                            'old', json(iif(json_extract(e.value, '$.old'),
                                'true', 'false')),
                            'new', json(iif(json_extract(e.value, '$.new'),
                                'true', 'false')))
                        ELSE json(e.value)
                        END)
               FROM json_each(c.changes) AS e
               WHERE e.key IN ('name', 'section', 'sub_section', 'route',
                   'categories', 'tags', 'system_prompt', 'content', 'tone',
                   'output_format', 'few_shot', 'context', 'is_active'))
       END,
       (SELECT json_extract(e.changes, '$.comment.new')
        FROM audit_log AS v
        JOIN audit_log AS e ON e.prompt_id = v.prompt_id
                           AND e.seq <= v.seq
                           AND e.entity_id = v.entity_id
        WHERE c.entity = 'prompt'
          AND v.seq = c.seq - 1
          AND v.prompt_id = c.prompt_id
          AND v.entity = 'prompt_version'
          AND v.action = 'UPDATE'
          AND json_extract(c.changes, '$.version.new') > 0
          AND EXISTS (SELECT 1
                      FROM audit_log AS same
                      WHERE same.seq = c.seq
                        AND same.request_id = v.request_id
                        AND same.at = v.at)
          AND json_type(e.changes, '$.comment') IS NOT NULL
        ORDER BY e.seq DESC
        LIMIT 1),
       c.author_id,
       u.email,
       c.created_at
FROM prompt_changes AS c
LEFT JOIN user AS u ON u.id = c.author_id
WHERE c.prompt_id = :prompt_id
ORDER BY c.seq DESC
