-- The event log, and the facts of this installation.
CREATE TABLE facts (
    name TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;

CREATE TABLE events (
    id TEXT NOT NULL PRIMARY KEY,
    origin TEXT NOT NULL,
    origin_seq INTEGER NOT NULL,
    clock INTEGER NOT NULL,
    actor TEXT NOT NULL,
    at TEXT NOT NULL,
    type TEXT NOT NULL,
    version INTEGER NOT NULL,
    subject TEXT NOT NULL,
    payload TEXT NOT NULL,
    UNIQUE (origin, origin_seq)
) STRICT;

CREATE INDEX events_by_subject ON events (subject, clock, id);
CREATE INDEX events_by_clock ON events (clock);

-- Append-only: the database itself refuses to change or remove an event.
CREATE TRIGGER events_never_change BEFORE UPDATE ON events
BEGIN
    SELECT RAISE(ABORT, 'an event is never changed');
END;

CREATE TRIGGER events_never_leave BEFORE DELETE ON events
BEGIN
    SELECT RAISE(ABORT, 'an event is never removed');
END;
