-- Where imported users and prompts come from.

-- The id that a row had elsewhere, so that a second import of the same file
-- finds what the first one made.  source names the kind of file; a row that
-- had no id is known by the SHA-256 of what it said.
CREATE TABLE external_reference (
    source     TEXT NOT NULL,
    entity     TEXT NOT NULL CHECK (entity IN ('prompt', 'user')),
    foreign_id TEXT NOT NULL,
    prompt_id  TEXT REFERENCES prompt (id),
    user_id    TEXT REFERENCES user (id),
    created_at INTEGER NOT NULL,
    PRIMARY KEY (source, entity, foreign_id),
    CHECK ((entity = 'prompt') = (prompt_id IS NOT NULL)),
    CHECK ((entity = 'user') = (user_id IS NOT NULL))
) STRICT, WITHOUT ROWID;

CREATE INDEX external_reference_prompt ON external_reference (prompt_id)
    WHERE prompt_id IS NOT NULL;
CREATE INDEX external_reference_user ON external_reference (user_id)
    WHERE user_id IS NOT NULL;

-- An import looks for names in every project, the other users of this index
-- in one.
DROP INDEX prompt_name;
CREATE INDEX prompt_name ON prompt (name, project_id);

CREATE TRIGGER prompt_before_delete_references
BEFORE DELETE ON prompt
BEGIN
    DELETE FROM external_reference WHERE prompt_id = OLD.id;
END;

CREATE TRIGGER external_reference_after_insert_record
AFTER INSERT ON external_reference
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('external_reference',
        NEW.source || '/' || NEW.entity || '/' || NEW.foreign_id,
        NEW.prompt_id, 'CREATE',
        '{"created":{' ||
            '"source":' || audit_json(NEW.source) ||
            ',"entity":' || audit_json(NEW.entity) ||
            ',"foreign_id":' || audit_json(NEW.foreign_id) ||
            ',"prompt_id":' || audit_json(NEW.prompt_id) ||
            ',"user_id":' || audit_json(NEW.user_id) ||
            ',"created_at":' || audit_json(NEW.created_at) || '}}');
END;

-- A reference is made and deleted, never changed.
CREATE TRIGGER external_reference_before_update_refuse
BEFORE UPDATE ON external_reference
BEGIN
    SELECT RAISE(ABORT, 'external_reference: rows are never changed');
END;

CREATE TRIGGER external_reference_after_delete_record
AFTER DELETE ON external_reference
BEGIN
    INSERT INTO audit_entry (entity, entity_id, prompt_id, action, changes)
    VALUES ('external_reference',
        OLD.source || '/' || OLD.entity || '/' || OLD.foreign_id,
        OLD.prompt_id, 'DELETE',
        '{"deleted":{' ||
            '"source":' || audit_json(OLD.source) ||
            ',"entity":' || audit_json(OLD.entity) ||
            ',"foreign_id":' || audit_json(OLD.foreign_id) ||
            ',"prompt_id":' || audit_json(OLD.prompt_id) ||
            ',"user_id":' || audit_json(OLD.user_id) ||
            ',"created_at":' || audit_json(OLD.created_at) || '}}');
END;
