-- Walking the audit log.

-- Every row with what its hash should be; the walk compares.
-- name: audit_walk
-- mode: read
SELECT seq, prev_hash, hash,
       sha256(prev_hash, seq, at, actor_id, actor_kind, token_id, request_id,
           family, entity, entity_id, prompt_id, action, changes)
FROM audit_log
ORDER BY seq

-- name: audit_genesis
-- mode: read
SELECT genesis
FROM installation
