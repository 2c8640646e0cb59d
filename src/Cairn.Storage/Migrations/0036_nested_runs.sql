-- The runs nested in a run, found by the tag that names it. Of long values the first characters count: no id is longer.
CREATE INDEX run_tags_parent ON run_tags (workspace_id, (substr(value, 1, 250)), run_id) WHERE key = 'mlflow.parentRunId';
