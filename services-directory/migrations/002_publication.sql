-- Which published files the version was read from, by their digests; '' for one that was loaded from a file by hand.
ALTER TABLE version ADD COLUMN publication TEXT NOT NULL DEFAULT '';
