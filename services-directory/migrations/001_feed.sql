-- Of practice.db: which published directory this practice follows, and what it has trusted of it. It lies here and not beside the directory, so that
-- deleting the directory rolls nothing back.

CREATE TABLE feed_source (
    only_row INTEGER NOT NULL PRIMARY KEY CHECK (only_row = 1),
    -- an https address, or a folder of this computer
    source TEXT NOT NULL,
    -- SHA-256 of the first root, as it was read out to whoever enrolled
    root_fingerprint TEXT NOT NULL,
    -- of a demonstration or a test: the only certificate authority that is believed; '' means the operating system's
    authority_pem TEXT NOT NULL,
    enrolled_at TEXT NOT NULL,
    enrolled_by TEXT NOT NULL
) STRICT;

-- The newest metadata that was trusted of each role: what comes later must follow from it.
CREATE TABLE feed_roles (
    role TEXT NOT NULL PRIMARY KEY CHECK (role IN ('root', 'timestamp', 'snapshot', 'targets', 'services')),
    version INTEGER NOT NULL,
    metadata TEXT NOT NULL
) STRICT;

-- The newest signed file of each kind.
CREATE TABLE feed_files (
    kind TEXT NOT NULL PRIMARY KEY CHECK (kind IN ('services', 'endpoints', 'revoked')),
    number INTEGER NOT NULL,
    sha256 TEXT NOT NULL
) STRICT;

CREATE TABLE feed_state (
    only_row INTEGER NOT NULL PRIMARY KEY CHECK (only_row = 1),
    -- of timestamp.json, for the next conditional request
    etag TEXT NOT NULL,
    -- the earliest end of what is trusted; '' before the first
    expires_at TEXT NOT NULL,
    last_checked_at TEXT NOT NULL,
    last_good_at TEXT NOT NULL,
    -- '' while it is well
    failing_since TEXT NOT NULL,
    failing_why TEXT NOT NULL,
    -- the computer's clock seems wrong by what was signed
    clock_warning INTEGER NOT NULL CHECK (clock_warning IN (0, 1))
) STRICT;

-- The stop-list: nothing is sent to these.
CREATE TABLE feed_revoked (
    kind TEXT NOT NULL CHECK (kind IN ('endpoint', 'address')),
    value TEXT NOT NULL,
    PRIMARY KEY (kind, value)
) STRICT;

-- A version that changes so much that a person is asked first, with its files as they were verified.
CREATE TABLE feed_held (
    only_row INTEGER NOT NULL PRIMARY KEY CHECK (only_row = 1),
    publication TEXT NOT NULL,
    held_at TEXT NOT NULL,
    -- 'waiting' or 'refused'
    decision TEXT NOT NULL CHECK (decision IN ('waiting', 'refused')),
    -- counts of what would change, as JSON
    changes TEXT NOT NULL,
    services_file BLOB NOT NULL,
    endpoints_file BLOB NOT NULL
) STRICT;

-- When the directory is too old to be believed by itself, a phone check reopens one service for a while.
CREATE TABLE feed_phone_checks (
    service_id TEXT NOT NULL PRIMARY KEY,
    endpoint_digest TEXT NOT NULL,
    checked_at TEXT NOT NULL,
    checked_by TEXT NOT NULL,
    number TEXT NOT NULL,
    who_answered TEXT NOT NULL
) STRICT;
