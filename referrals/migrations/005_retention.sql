-- What is erased, and what must not be. Times are UTC, in milliseconds since 1970.

-- A legal hold keeps everything of a referral, whatever its age, until somebody lifts it.
CREATE TABLE legal_holds (
    referral_id TEXT NOT NULL PRIMARY KEY REFERENCES referrals (id),
    -- a code (retention.rs)
    reason TEXT NOT NULL,
    set_by TEXT NOT NULL,
    set_at INTEGER NOT NULL
) STRICT;

-- Of these, identity, letter, words and bytes are gone; the referral's own row and its events stay.
CREATE TABLE erasures (
    referral_id TEXT NOT NULL PRIMARY KEY REFERENCES referrals (id),
    erased_at INTEGER NOT NULL
) STRICT;
