-- JSON: what the owner of a deployment chose; a key that is absent has its default.
ALTER TABLE deployments ADD COLUMN settings {text} NOT NULL DEFAULT '{}';
