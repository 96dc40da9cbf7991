-- What a referrer uses most. Times are UTC, in milliseconds since 1970.

-- The services that a member of staff has put on top of an empty search.
CREATE TABLE favourites (
    staff_id TEXT NOT NULL,
    service_id TEXT NOT NULL,
    since_at INTEGER NOT NULL,
    PRIMARY KEY (staff_id, service_id)
) STRICT;

-- The ticked reasons of a referral as codes, in the order of the form, with spaces between: which set is the commonest is counted here.
CREATE TABLE referral_reasons (
    referral_id TEXT NOT NULL PRIMARY KEY REFERENCES referrals (id),
    reasons TEXT NOT NULL
) STRICT;
