-- Answers already given to an Idempotency-Key.

-- name: idempotency_find
-- mode: read
SELECT body_digest, status, headers, answer
FROM idempotency
WHERE token_id = :token_id
  AND route = :route
  AND key = :key
  AND expires_at > :now

-- name: idempotency_purge
-- mode: write
DELETE FROM idempotency
WHERE expires_at <= :now

-- name: idempotency_insert
-- mode: write
INSERT INTO idempotency (token_id, route, key, body_digest, status, headers,
    answer, expires_at)
VALUES (:token_id, :route, :key, :body_digest, :status, :headers, :answer,
    :expires_at)
