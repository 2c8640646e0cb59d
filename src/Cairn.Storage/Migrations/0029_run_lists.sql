-- With the status: looking for runs of a status that few have reads the index alone.
DROP INDEX runs_by_experiment;
DROP INDEX runs_by_start;
CREATE INDEX runs_by_experiment ON runs (workspace_id, experiment_id, started_at DESC, run_id, lifecycle_stage, status, name);
CREATE INDEX runs_by_start ON runs (workspace_id, started_at DESC, run_id, lifecycle_stage, status, name);
