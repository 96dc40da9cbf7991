-- What has been filed in the patient's record at the practice. Times are UTC, in milliseconds since 1970.

-- Which kind of service it is, as the GP saw it: '' for referrals from before.
ALTER TABLE referrals ADD COLUMN service_category TEXT NOT NULL DEFAULT '';

-- What was ticked as filed last. It is ours, not the referral's: no event, and nothing that identifies anybody.
CREATE TABLE filings (
    referral_id TEXT NOT NULL PRIMARY KEY REFERENCES referrals (id),
    deed TEXT NOT NULL,
    filed_by TEXT NOT NULL,
    filed_at INTEGER NOT NULL
) STRICT;
