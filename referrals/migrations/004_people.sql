-- People: what each may do, their PINs, and the approval of addresses by two of them. Times are UTC, in milliseconds since 1970.

-- What stands on a letter ("GP", "Practice pharmacist"); the role is what the person may do here.
ALTER TABLE staff RENAME COLUMN role TO job;
ALTER TABLE staff ADD COLUMN role TEXT NOT NULL DEFAULT 'clinician' CHECK (role IN ('clinician', 'admin', 'manager'));
UPDATE staff SET role = 'admin' WHERE job LIKE '%admin%' OR job LIKE '%secretar%' OR job LIKE '%reception%';
UPDATE staff SET role = 'manager' WHERE job LIKE '%manager%';

-- Argon2id as a PHC string; '' until one is set, and once the person has left.
ALTER TABLE staff ADD COLUMN pin TEXT NOT NULL DEFAULT '';
ALTER TABLE staff ADD COLUMN pin_failure_count INTEGER NOT NULL DEFAULT 0;
ALTER TABLE staff ADD COLUMN pin_wait_until_at INTEGER NOT NULL DEFAULT 0;
-- 0 while the person works here. A leaver stays on the list for the names of what they did.
ALTER TABLE staff ADD COLUMN left_at INTEGER NOT NULL DEFAULT 0;

-- An approval has two people, or one and a phone check whose number and answer stand in the note.
ALTER TABLE approvals ADD COLUMN proposed_by TEXT NOT NULL DEFAULT '';
ALTER TABLE approvals ADD COLUMN note TEXT NOT NULL DEFAULT '';
-- As it was approved, to be shown beside one that it is changed to; '' in approvals from before.
ALTER TABLE approvals ADD COLUMN address TEXT NOT NULL DEFAULT '';

-- What one person has looked at and another has yet to.
CREATE TABLE approval_proposals (
    endpoint_id TEXT NOT NULL PRIMARY KEY,
    digest TEXT NOT NULL,
    proposed_by TEXT NOT NULL,
    proposed_at INTEGER NOT NULL
) STRICT;
