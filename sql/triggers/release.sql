-- When a recording has lost what referred to it; the tables that follow from
-- this are not audited.

-- Something ceased to refer to a recording; was it the last?
CREATE TRIGGER asset_release_instead_of_insert_archive
INSTEAD OF INSERT ON asset_release
BEGIN
    INSERT INTO asset_archive (asset_id, since)
    SELECT NEW.asset_id, audit_request('at')
    WHERE NOT EXISTS (SELECT 1 FROM prompt WHERE asset_id = NEW.asset_id)
      AND NOT EXISTS (SELECT 1 FROM prompt_version
                      WHERE asset_id = NEW.asset_id)
      AND NOT EXISTS (SELECT 1 FROM upload_request
                      WHERE asset_id = NEW.asset_id)
    ON CONFLICT (asset_id) DO UPDATE SET since = excluded.since;
END;

CREATE TRIGGER prompt_after_update_release
AFTER UPDATE OF asset_id ON prompt
WHEN OLD.asset_id IS NOT NULL AND OLD.asset_id IS NOT NEW.asset_id
BEGIN
    INSERT INTO asset_release (asset_id) VALUES (OLD.asset_id);
END;

CREATE TRIGGER prompt_after_delete_release
AFTER DELETE ON prompt
WHEN OLD.asset_id IS NOT NULL
BEGIN
    INSERT INTO asset_release (asset_id) VALUES (OLD.asset_id);
END;

CREATE TRIGGER prompt_version_after_update_release
AFTER UPDATE OF asset_id ON prompt_version
WHEN OLD.asset_id IS NOT NULL AND OLD.asset_id IS NOT NEW.asset_id
BEGIN
    INSERT INTO asset_release (asset_id) VALUES (OLD.asset_id);
END;

CREATE TRIGGER prompt_version_after_delete_release
AFTER DELETE ON prompt_version
WHEN OLD.asset_id IS NOT NULL
BEGIN
    INSERT INTO asset_release (asset_id) VALUES (OLD.asset_id);
END;

CREATE TRIGGER upload_request_after_update_release
AFTER UPDATE OF asset_id ON upload_request
WHEN OLD.asset_id IS NOT NULL AND OLD.asset_id IS NOT NEW.asset_id
BEGIN
    INSERT INTO asset_release (asset_id) VALUES (OLD.asset_id);
END;

CREATE TRIGGER upload_request_after_delete_release
AFTER DELETE ON upload_request
WHEN OLD.asset_id IS NOT NULL
BEGIN
    INSERT INTO asset_release (asset_id) VALUES (OLD.asset_id);
END;

CREATE TRIGGER asset_after_delete_leave_file
AFTER DELETE ON asset
BEGIN
    DELETE FROM asset_archive WHERE asset_id = OLD.id;
    INSERT INTO asset_leftover (sha256) VALUES (OLD.sha256);
END;
