-- The signature of the audit log's head, for installations with an audit key.

-- One row, renewed by the store inside the transaction that appended to the
-- log, so that no crash can leave one without the other.  key_id tells which
-- key signed; the key itself lies outside of the data directory.
CREATE TABLE audit_signature (
    id     INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    seq    INTEGER NOT NULL,
    key_id BLOB NOT NULL,
    mac    BLOB NOT NULL
) STRICT;
