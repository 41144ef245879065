-- Walking the audit log.

-- Every row with what its hash should be; the walk compares.
-- name: audit_walk
-- mode: read
SELECT seq, prev_hash, hash,
       sha256(prev_hash, seq, at, actor_id, actor_kind, token_id, request_id,
           family, entity, entity_id, prompt_id, action, changes)
FROM audit_log
ORDER BY seq

-- The same for the rows behind :after.
-- name: audit_walk_after
-- mode: read
SELECT seq, prev_hash, hash,
       sha256(prev_hash, seq, at, actor_id, actor_kind, token_id, request_id,
           family, entity, entity_id, prompt_id, action, changes)
FROM audit_log
WHERE seq > :after
ORDER BY seq

-- name: audit_hash_at
-- mode: read
SELECT hash
FROM audit_log
WHERE seq = :seq

-- Where the log stands: its genesis, and of the last row number, hash and
-- time (of an empty log 0, the genesis, 0).
-- name: audit_head
-- mode: read
SELECT i.genesis,
       coalesce(a.seq, 0),
       coalesce(a.hash, i.genesis),
       coalesce(a.at, 0)
FROM installation AS i
LEFT JOIN audit_log AS a ON a.seq = (SELECT max(seq) FROM audit_log)

-- name: audit_signature_find
-- mode: read
SELECT seq, key_id, mac
FROM audit_signature

-- name: audit_signature_write
-- mode: write
INSERT INTO audit_signature (id, seq, key_id, mac)
VALUES (1, :seq, :key_id, :mac)
ON CONFLICT (id) DO UPDATE
SET seq = :seq,
    key_id = :key_id,
    mac = :mac

-- What an operator did to the installation as a whole.
-- name: audit_note
-- mode: write
INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
VALUES ('installation', '1', NULL, :action, :changes)

-- The rows that a person asked for.  What is NULL was not asked for.
-- name: audit_show_newest
-- mode: read
SELECT seq, at, actor_id, actor_kind, token_id, request_id, family, entity,
       entity_id, prompt_id, action, changes, hash
FROM audit_log
WHERE (:entity IS NULL OR entity = :entity)
  AND (:entity_id IS NULL OR entity_id = :entity_id)
  AND (:prompt_id IS NULL OR prompt_id = :prompt_id)
  AND (:actor_id IS NULL OR actor_id = :actor_id)
  AND (:action IS NULL OR action = :action)
  AND (:family IS NULL OR family = :family)
  AND at >= :since
  AND at < :until
ORDER BY seq DESC
LIMIT :limit

-- name: audit_show_oldest
-- mode: read
SELECT seq, at, actor_id, actor_kind, token_id, request_id, family, entity,
       entity_id, prompt_id, action, changes, hash
FROM audit_log
WHERE (:entity IS NULL OR entity = :entity)
  AND (:entity_id IS NULL OR entity_id = :entity_id)
  AND (:prompt_id IS NULL OR prompt_id = :prompt_id)
  AND (:actor_id IS NULL OR actor_id = :actor_id)
  AND (:action IS NULL OR action = :action)
  AND (:family IS NULL OR family = :family)
  AND at >= :since
  AND at < :until
ORDER BY seq
LIMIT :limit
