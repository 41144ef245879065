-- Prompts of the voice family, with what is known of their sound.

-- name: recording_find
-- mode: read
SELECT p.id, p.kind, p.project_id, p.owner_id, p.slug, p.name, p.description,
       p.status, p.is_active, p.version, p.last_version, p.content,
       p.system_prompt, p.model, p.model_params, p.tags, p.section,
       p.sub_section, p.route, p.categories, p.tone, p.output_format,
       p.few_shot, p.context, p.payload_schema, p.asset_id,
       p.file_name, p.created_at, p.created_by, p.updated_at,
       p.updated_by, p.revision,
       c.name, u.name,
       a.id, a.sha256, a.media_type, a.size_bytes, a.duration_ms,
       a.sample_rate, a.channels, a.codec
FROM prompt AS p
JOIN user AS c ON c.id = p.created_by
JOIN user AS u ON u.id = p.updated_by
LEFT JOIN asset AS a ON a.id = p.asset_id
WHERE p.id = :id
  AND p.kind <> 'text'

-- name: recording_count
-- mode: read
SELECT total
FROM prompt_total
WHERE is_voice

-- name: recording_count_listed
-- mode: read
SELECT count(*)
FROM prompt AS p
WHERE p.kind <> 'text'
  AND (:search IS NULL
       OR instr(search_fold(p.name), search_fold(:search))
       OR instr(search_fold(p.description), search_fold(:search)))
  AND (:kind IS NULL OR p.kind = :kind)

-- Names are unique, so this finds one or none, whatever the order.
-- name: recording_ids_of_name
-- mode: read
SELECT p.id
FROM prompt AS p
WHERE p.kind <> 'text'
  AND p.name = :name
  AND (:search IS NULL
       OR instr(search_fold(p.name), search_fold(:search))
       OR instr(search_fold(p.description), search_fold(:search)))
  AND (:kind IS NULL OR p.kind = :kind)

-- A page of ids in each of the orders, every one along an index.  The column
-- cannot be a parameter.

-- name: recording_ids_by_name
-- mode: read
SELECT p.id
FROM prompt AS p
WHERE p.kind <> 'text'
  AND (:search IS NULL
       OR instr(search_fold(p.name), search_fold(:search))
       OR instr(search_fold(p.description), search_fold(:search)))
  AND (:kind IS NULL OR p.kind = :kind)
ORDER BY p.name
LIMIT :limit OFFSET :offset

-- name: recording_ids_by_name_descending
-- mode: read
SELECT p.id
FROM prompt AS p
WHERE p.kind <> 'text'
  AND (:search IS NULL
       OR instr(search_fold(p.name), search_fold(:search))
       OR instr(search_fold(p.description), search_fold(:search)))
  AND (:kind IS NULL OR p.kind = :kind)
ORDER BY p.name DESC
LIMIT :limit OFFSET :offset

-- name: recording_ids_by_created_at
-- mode: read
SELECT p.id
FROM prompt AS p
WHERE p.kind <> 'text'
  AND (:search IS NULL
       OR instr(search_fold(p.name), search_fold(:search))
       OR instr(search_fold(p.description), search_fold(:search)))
  AND (:kind IS NULL OR p.kind = :kind)
ORDER BY p.created_at, p.id
LIMIT :limit OFFSET :offset

-- name: recording_ids_by_created_at_descending
-- mode: read
SELECT p.id
FROM prompt AS p
WHERE p.kind <> 'text'
  AND (:search IS NULL
       OR instr(search_fold(p.name), search_fold(:search))
       OR instr(search_fold(p.description), search_fold(:search)))
  AND (:kind IS NULL OR p.kind = :kind)
ORDER BY p.created_at DESC, p.id DESC
LIMIT :limit OFFSET :offset

-- name: recording_ids_by_updated_at
-- mode: read
SELECT p.id
FROM prompt AS p
WHERE p.kind <> 'text'
  AND (:search IS NULL
       OR instr(search_fold(p.name), search_fold(:search))
       OR instr(search_fold(p.description), search_fold(:search)))
  AND (:kind IS NULL OR p.kind = :kind)
ORDER BY p.updated_at, p.id
LIMIT :limit OFFSET :offset

-- name: recording_ids_by_updated_at_descending
-- mode: read
SELECT p.id
FROM prompt AS p
WHERE p.kind <> 'text'
  AND (:search IS NULL
       OR instr(search_fold(p.name), search_fold(:search))
       OR instr(search_fold(p.description), search_fold(:search)))
  AND (:kind IS NULL OR p.kind = :kind)
ORDER BY p.updated_at DESC, p.id DESC
LIMIT :limit OFFSET :offset
