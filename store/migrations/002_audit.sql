-- The chain of what people did: each row holds the hash of the row before, and each event is a link of it (audit_table.rs).
CREATE TABLE audit (
    -- 1, 2, 3, … without gaps
    seq INTEGER NOT NULL PRIMARY KEY,
    at TEXT NOT NULL,
    actor TEXT NOT NULL,
    act TEXT NOT NULL,
    -- an id, never identity
    subject TEXT NOT NULL,
    -- JSON of codes, counts and ids
    detail TEXT NOT NULL,
    previous_hash TEXT NOT NULL,
    hash TEXT NOT NULL
) STRICT;

CREATE INDEX audit_by_subject ON audit (subject, seq);

-- Append-only: the database itself refuses to change or remove a row. Who removes these triggers is found by the chain.
CREATE TRIGGER audit_never_changes BEFORE UPDATE ON audit
BEGIN
    SELECT RAISE(ABORT, 'a row of the audit trail is never changed');
END;

CREATE TRIGGER audit_never_leaves BEFORE DELETE ON audit
BEGIN
    SELECT RAISE(ABORT, 'a row of the audit trail is never removed');
END;
