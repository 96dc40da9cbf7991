-- The practice's own layer over the published services. Nothing here is ever deleted: what does not hold any more has ended.
-- Times are UTC, in milliseconds since 1970; 0 is "not yet". Authors are ids of members of staff.

CREATE TABLE layer_entries (
    id TEXT NOT NULL PRIMARY KEY,
    service_id TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('note', 'pin', 'hidden', 'do-not-refer')),
    words TEXT NOT NULL,
    author TEXT NOT NULL,
    at INTEGER NOT NULL,
    -- of the published record that its author saw; '' for a service that is not published
    base_digest TEXT NOT NULL,
    ended_by TEXT NOT NULL,
    ended_at INTEGER NOT NULL
) STRICT;

CREATE INDEX layer_entries_of_service ON layer_entries (service_id, at);
-- One that holds, of each kind but notes.
CREATE UNIQUE INDEX layer_entries_that_hold ON layer_entries (service_id, kind) WHERE ended_at = 0 AND kind <> 'note';

-- Somebody of this practice asked the service whether its entry is right: apart from the published "verified".
CREATE TABLE own_checks (
    id TEXT NOT NULL PRIMARY KEY,
    service_id TEXT NOT NULL,
    record_digest TEXT NOT NULL,
    author TEXT NOT NULL,
    at INTEGER NOT NULL,
    how TEXT NOT NULL CHECK (how IN ('phone', 'email', 'in-person')),
    who_answered TEXT NOT NULL
) STRICT;

CREATE INDEX own_checks_of_service ON own_checks (service_id, at);

CREATE TABLE corrections (
    id TEXT NOT NULL PRIMARY KEY,
    service_id TEXT NOT NULL,
    service_name TEXT NOT NULL,
    field TEXT NOT NULL,
    base TEXT NOT NULL,
    proposed TEXT NOT NULL,
    words TEXT NOT NULL,
    author TEXT NOT NULL,
    at INTEGER NOT NULL,
    base_digest TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('open', 'conflict', 'taken-up', 'withdrawn', 'gone')),
    -- what was published when it was last compared, where that is not the base
    published TEXT,
    settled_by TEXT NOT NULL,
    settled_at INTEGER NOT NULL
) STRICT;

CREATE INDEX corrections_of_service ON corrections (service_id, at);

-- Services that only this practice knows, as JSON of the directory's own record (local.rs); they have no address.
CREATE TABLE local_services (
    id TEXT NOT NULL PRIMARY KEY CHECK (id LIKE 'local:%'),
    body TEXT NOT NULL,
    author TEXT NOT NULL,
    at INTEGER NOT NULL,
    removed_by TEXT NOT NULL,
    removed_at INTEGER NOT NULL
) STRICT;

-- What each new version changed in a service, as it was applied here.
CREATE TABLE published_changes (
    service_id TEXT NOT NULL,
    number INTEGER NOT NULL,
    version INTEGER NOT NULL,
    applied_at INTEGER NOT NULL,
    -- 'added', 'gone', or a field
    field TEXT NOT NULL,
    before TEXT NOT NULL,
    after TEXT NOT NULL,
    PRIMARY KEY (service_id, number)
) STRICT;

-- What was last published of the services that this practice uses or has written about: it outlives the directory's own database,
-- so that a change is still seen after that was deleted and fetched anew.
CREATE TABLE seen_services (
    service_id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    digest TEXT NOT NULL,
    -- JSON: the values by field (fields.rs)
    field_values TEXT NOT NULL
) STRICT;
