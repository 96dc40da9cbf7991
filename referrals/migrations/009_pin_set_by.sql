-- Who chose a person's PIN: whoever set a colleague's knows it, and is no second person with it.

-- '' in PINs from before.
ALTER TABLE staff ADD COLUMN pin_set_by TEXT NOT NULL DEFAULT '';
