-- An approval and what leads to it are for the service under the name that was shown: a service that goes by another is looked at anew.

-- '' in approvals from before, which hold under any name.
ALTER TABLE approvals ADD COLUMN service_name TEXT NOT NULL DEFAULT '';
ALTER TABLE approval_proposals ADD COLUMN service_name TEXT NOT NULL DEFAULT '';
