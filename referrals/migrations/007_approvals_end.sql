-- An approval ends when another of its endpoint is made, or one of an endpoint that supersedes it. It is kept, to be shown beside the next.
-- Times are UTC, in milliseconds since 1970.

-- 0 while it holds.
ALTER TABLE approvals ADD COLUMN ended_at INTEGER NOT NULL DEFAULT 0;
-- Of several from before, only the newest of an endpoint goes on.
UPDATE approvals SET ended_at = approved_at WHERE EXISTS (
    SELECT 1 FROM approvals AS newer WHERE newer.endpoint_id = approvals.endpoint_id
        AND (newer.approved_at, newer.rowid) > (approvals.approved_at, approvals.rowid)
);
