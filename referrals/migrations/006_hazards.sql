-- What people report of the program itself, and the daily line to the practice's own mailbox. Times are UTC, in milliseconds since 1970.

-- "Report a safety concern": kept here for the clinical safety officer, and sent nowhere by itself.
CREATE TABLE safety_concerns (
    id TEXT NOT NULL PRIMARY KEY,
    at INTEGER NOT NULL,
    who TEXT NOT NULL,
    words TEXT NOT NULL,
    program_version TEXT NOT NULL,
    directory_name TEXT NOT NULL,
    directory_version INTEGER NOT NULL,
    place TEXT NOT NULL
) STRICT;

-- One row a day, by the day in England: one line a day at most, whatever becomes of it.
CREATE TABLE daily_lines (
    day TEXT NOT NULL PRIMARY KEY,
    state TEXT NOT NULL CHECK (state IN ('trying', 'sent', 'uncertain', 'refused')),
    attempt_count INTEGER NOT NULL,
    next_attempt_at INTEGER NOT NULL,
    problem TEXT NOT NULL
) STRICT;
