-- The subjects of JSON Web Tokens.

-- The columns of token_find_caller.  What a token may do stands in itself.
-- name: subject_find_caller
-- mode: read
SELECT s.id, 'jwt', 'admin', NULL, NULL, FALSE, NULL, u.id, u.email, u.name,
       u.role, u.is_admin, u.is_verified
FROM jwt_subject AS s
JOIN user AS u ON u.id = s.user_id
WHERE s.issuer = :issuer
  AND s.subject = :subject

-- Two first requests at once make one row.
-- name: subject_insert
-- mode: write
INSERT OR IGNORE INTO jwt_subject (id, issuer, subject, user_id, created_at)
VALUES (:id, :issuer, :subject, :user_id, :now)

-- name: subject_delete_of_user
-- mode: write
DELETE FROM jwt_subject
WHERE user_id = :id
