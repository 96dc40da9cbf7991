-- Of practice.db: until when the curators stand by the version that is applied here. That of the newest metadata is another day while a version
-- is held, or while its files do not come.
ALTER TABLE feed_state ADD COLUMN applied_until TEXT NOT NULL DEFAULT '';
UPDATE feed_state SET applied_until = expires_at;
