-- Of practice.db: a phone check is of one address, as its record stands. A service may have several, and a check of one undoes none of the others.
CREATE TABLE feed_phone_checks_by_address (
    endpoint_digest TEXT NOT NULL PRIMARY KEY,
    service_id TEXT NOT NULL,
    checked_at TEXT NOT NULL,
    checked_by TEXT NOT NULL,
    number TEXT NOT NULL,
    who_answered TEXT NOT NULL
) STRICT;
INSERT OR REPLACE INTO feed_phone_checks_by_address (endpoint_digest, service_id, checked_at, checked_by, number, who_answered)
    SELECT endpoint_digest, service_id, checked_at, checked_by, number, who_answered FROM feed_phone_checks;
DROP TABLE feed_phone_checks;
ALTER TABLE feed_phone_checks_by_address RENAME TO feed_phone_checks;
