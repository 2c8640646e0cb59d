-- A version of the bin by its id, and versions by what they were made of when that is a version or a logged model: nothing with a longer name can be.
CREATE INDEX model_versions_by_bin_id ON model_versions (workspace_id, bin_id) WHERE bin_id > '';
CREATE INDEX model_versions_by_source ON model_versions (workspace_id, (substr(source, 1, 300)));
