-- One version of the directory, whole: public, disposable, rebuilt from the feed.

CREATE TABLE version (
    only_row INTEGER NOT NULL PRIMARY KEY CHECK (only_row = 1),
    header TEXT NOT NULL,
    -- SHA-256 over all records in their order: what was checked before the commit
    state_digest TEXT NOT NULL,
    applied_at TEXT NOT NULL
) STRICT;

-- Every other record as it was published, one row each: areas, practices, organisations, services, endpoints.
CREATE TABLE records (
    position INTEGER NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    digest TEXT NOT NULL,
    body TEXT NOT NULL,
    UNIQUE (kind, id)
) STRICT;
