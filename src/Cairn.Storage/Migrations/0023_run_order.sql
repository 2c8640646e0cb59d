-- Runs sorted by a param are a walk along an index, up or down, the newest first among equal values. Of long values the first characters count.
ALTER TABLE run_params ADD COLUMN experiment_id BIGINT NOT NULL DEFAULT 0;
ALTER TABLE run_params ADD COLUMN started_at BIGINT NOT NULL DEFAULT 0;
UPDATE run_params SET
    experiment_id = COALESCE((SELECT r.experiment_id FROM runs r WHERE r.workspace_id = run_params.workspace_id AND r.run_id = run_params.run_id), 0),
    started_at = COALESCE((SELECT r.started_at FROM runs r WHERE r.workspace_id = run_params.workspace_id AND r.run_id = run_params.run_id), 0);
CREATE INDEX run_params_up ON run_params (workspace_id, experiment_id, key, (substr(value, 1, 250)), started_at DESC, run_id);
CREATE INDEX run_params_down ON run_params (workspace_id, experiment_id, key, (substr(value, 1, 250)) DESC, started_at DESC, run_id);

-- With the name: looking for a part of it reads the index alone.
DROP INDEX runs_by_experiment;
DROP INDEX runs_by_start;
CREATE INDEX runs_by_experiment ON runs (workspace_id, experiment_id, started_at DESC, run_id, lifecycle_stage, name);
CREATE INDEX runs_by_start ON runs (workspace_id, started_at DESC, run_id, lifecycle_stage, name);
