-- What a download link leads to.

-- name: download_find
-- mode: read
SELECT a.id, a.sha256, a.media_type, a.size_bytes,
       (SELECT v.file_name
        FROM prompt_version AS v
        WHERE v.asset_id = a.id
        ORDER BY v.version DESC
        LIMIT 1)
FROM asset AS a
WHERE a.id = :id
