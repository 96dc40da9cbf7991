-- Staff, drafts, referrals, the outbox and what may be sent where. Times are UTC, in milliseconds since 1970.

CREATE TABLE practice (
    only_row INTEGER NOT NULL PRIMARY KEY CHECK (only_row = 1),
    ods_code TEXT NOT NULL,
    name TEXT NOT NULL,
    phone TEXT NOT NULL
) STRICT;

CREATE TABLE staff (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    role TEXT NOT NULL
) STRICT;

-- The mailbox to send from, as JSON (transport/mailbox.rs); the password lies here, inside the encrypted database.
CREATE TABLE mailbox (
    only_row INTEGER NOT NULL PRIMARY KEY CHECK (only_row = 1),
    settings TEXT NOT NULL,
    set_by TEXT NOT NULL
) STRICT;

-- The addresses that this practice has approved, by the digest of the endpoint's record.
CREATE TABLE approvals (
    endpoint_id TEXT NOT NULL,
    digest TEXT NOT NULL,
    approved_by TEXT NOT NULL,
    approved_at INTEGER NOT NULL,
    how TEXT NOT NULL,
    PRIMARY KEY (endpoint_id, digest)
) STRICT;

-- Local and never relayed: what was typed, as it was typed (draft/mod.rs), so that nothing is lost.
CREATE TABLE drafts (
    id TEXT NOT NULL PRIMARY KEY,
    changed_at INTEGER NOT NULL,
    -- 'open' until it is queued; 'queued' while its referral lives; back to 'open' when that is undone
    state TEXT NOT NULL CHECK (state IN ('open', 'queued')),
    content TEXT NOT NULL
) STRICT;

-- A referral keeps its own copy of the service that the GP saw.
CREATE TABLE referrals (
    id TEXT NOT NULL PRIMARY KEY,
    reference TEXT NOT NULL UNIQUE,
    draft_id TEXT NOT NULL,
    queued_at INTEGER NOT NULL,
    service_id TEXT NOT NULL,
    service_name TEXT NOT NULL,
    service_phone TEXT NOT NULL,
    replies_within_working_days INTEGER NOT NULL,
    directory_version INTEGER NOT NULL,
    address TEXT NOT NULL,
    referrer TEXT NOT NULL,
    sent_by TEXT NOT NULL
) STRICT;

-- Identity and letter, apart, so that they can be erased while the events stay.
CREATE TABLE referral_patients (
    referral_id TEXT NOT NULL PRIMARY KEY REFERENCES referrals (id),
    patient TEXT NOT NULL
) STRICT;

CREATE TABLE letters (
    referral_id TEXT NOT NULL PRIMARY KEY REFERENCES referrals (id),
    body TEXT NOT NULL
) STRICT;

-- One row a message: bytes, Message-ID and request id are fixed here for good.
CREATE TABLE outbox (
    id TEXT NOT NULL PRIMARY KEY,
    referral_id TEXT NOT NULL REFERENCES referrals (id),
    channel TEXT NOT NULL,
    endpoint_id TEXT NOT NULL,
    endpoint_digest TEXT NOT NULL,
    address TEXT NOT NULL,
    message_id TEXT NOT NULL UNIQUE,
    request_id TEXT NOT NULL UNIQUE,
    bytes BLOB NOT NULL,
    bytes_sha256 TEXT NOT NULL,
    queued_at INTEGER NOT NULL,
    -- a person said at this moment that it shall go
    confirmed_at INTEGER NOT NULL,
    not_before_at INTEGER NOT NULL,
    next_attempt_at INTEGER NOT NULL,
    attempt_count INTEGER NOT NULL,
    state TEXT NOT NULL
        CHECK (state IN ('queued', 'sending', 'accepted', 'rejected', 'unknown', 'held', 'withdrawn')),
    -- of the newest attempt: how far it came, and why it did not end well
    phase TEXT NOT NULL,
    problem TEXT NOT NULL
) STRICT;

CREATE INDEX outbox_due ON outbox (state, next_attempt_at);
CREATE INDEX outbox_of_referral ON outbox (referral_id);

-- One row an attempt, written before the first byte leaves.
CREATE TABLE attempts (
    outbox_id TEXT NOT NULL REFERENCES outbox (id),
    number INTEGER NOT NULL,
    began_at INTEGER NOT NULL,
    ended_at INTEGER NOT NULL,
    phase TEXT NOT NULL,
    outcome TEXT NOT NULL,
    problem TEXT NOT NULL,
    reply_code INTEGER NOT NULL,
    PRIMARY KEY (outbox_id, number)
) STRICT;

-- A way of sending that cannot connect or sign in waits as a whole; the referrals do not count it against themselves.
CREATE TABLE channels (
    channel TEXT NOT NULL PRIMARY KEY,
    failure_count INTEGER NOT NULL,
    next_attempt_at INTEGER NOT NULL,
    problem TEXT NOT NULL,
    since_at INTEGER NOT NULL
) STRICT;

-- Words that a person wrote beside an event; apart, so that they can be erased while the event stays.
CREATE TABLE event_notes (
    event_id TEXT NOT NULL PRIMARY KEY REFERENCES events (id),
    body TEXT NOT NULL
) STRICT;
