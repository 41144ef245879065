-- The audit log: one way in, hash-chained, append-only.
--
-- Every table with user data has triggers that insert into audit_entry; the
-- trigger below is the only writer of audit_log.  It asks the store who is
-- acting (audit_actor, audit_request): a connection that has not said so,
-- such as a stray sqlite3 shell, cannot change user data at all.
--
-- audit_row('name', value, ...) is a JSON object of all that is named;
-- audit_diff('name', old, new, ...) one of what differs, as {"old":, "new":}.
-- Behind a name may stand how its value is told: json, which it is already,
-- or secret, of which is said only that it is there.
--
-- hash = sha256 over the previous hash and every other column, each prefixed
-- with its length, so that no two rows can be read as one another.

CREATE TRIGGER audit_entry_instead_of_insert_append
INSTEAD OF INSERT ON audit_entry
BEGIN
    SELECT RAISE(ABORT, 'audit_actor: a write without an actor is refused')
    WHERE audit_actor('id') IS NULL;
    INSERT INTO audit_log (seq, at, actor_id, actor_kind, token_id,
        request_id, family, entity, entity_id, prompt_id, action, changes,
        prev_hash, hash)
    SELECT last.seq + 1, audit_request('at'), audit_actor('id'),
           audit_actor('kind'), audit_actor('token'), audit_request('id'),
           audit_request('family'), NEW.entity, NEW.entity_id, NEW.prompt_id,
           coalesce(audit_request('action'), NEW.action), NEW.changes,
           last.hash,
           sha256(last.hash, last.seq + 1, audit_request('at'),
               audit_actor('id'), audit_actor('kind'), audit_actor('token'),
               audit_request('id'), audit_request('family'), NEW.entity,
               NEW.entity_id, NEW.prompt_id,
               coalesce(audit_request('action'), NEW.action), NEW.changes)
    FROM (SELECT coalesce((SELECT max(seq) FROM audit_log), 0) AS seq,
                 coalesce(
                     (SELECT hash FROM audit_log ORDER BY seq DESC LIMIT 1),
                     (SELECT genesis FROM installation)) AS hash) AS last;
END;

CREATE TRIGGER audit_log_before_update_refuse
BEFORE UPDATE ON audit_log
BEGIN
    SELECT RAISE(ABORT, 'audit_log: rows are never changed');
END;

CREATE TRIGGER audit_log_before_delete_refuse
BEFORE DELETE ON audit_log
BEGIN
    SELECT RAISE(ABORT, 'audit_log: rows are never deleted');
END;

-- The chain's first value is set once.
CREATE TRIGGER installation_before_update_refuse_genesis
BEFORE UPDATE OF genesis ON installation
BEGIN
    SELECT RAISE(ABORT, 'installation: the genesis is never changed');
END;

CREATE TRIGGER installation_before_delete_refuse
BEFORE DELETE ON installation
BEGIN
    SELECT RAISE(ABORT, 'installation: the row is never deleted');
END;
