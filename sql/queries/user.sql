-- Users and the tenancy that each of them starts with.

-- name: user_insert
-- mode: write
INSERT INTO user (id, email, email_key, name, password_hash, role, is_admin,
    is_verified, created_at)
VALUES (:id, :email, :email_key, :name, :password_hash, :role, :is_admin,
    1, :now)

-- name: user_find
-- mode: read
SELECT id, email, name, password_hash, role, is_admin, is_verified, created_at
FROM user
WHERE id = :id

-- name: user_find_by_email
-- mode: read
SELECT id, email, name, password_hash, role, is_admin, is_verified, created_at
FROM user
WHERE email_key = :email_key
