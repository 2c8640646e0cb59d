-- Every order and every condition of a search is a walk along an index: value, then the newest first. Read backwards it gives the greatest first,
-- and of equal ones the oldest, which the search reads anew.
DROP INDEX run_latest_metrics_by_value;
DROP INDEX run_params_up;
DROP INDEX run_params_down;
ALTER TABLE run_latest_metrics ADD COLUMN started_at BIGINT NOT NULL DEFAULT 0;
UPDATE run_latest_metrics SET
    started_at = COALESCE((SELECT r.started_at FROM runs r WHERE r.workspace_id = run_latest_metrics.workspace_id AND r.run_id = run_latest_metrics.run_id), 0);
CREATE INDEX run_latest_metrics_by_value ON run_latest_metrics (workspace_id, experiment_id, key, is_nan, value, started_at DESC, run_id);
CREATE INDEX run_params_by_value ON run_params (workspace_id, experiment_id, key, (substr(value, 1, 250)), started_at DESC, run_id);

-- The tag with the run's name is not among them: the name has an index of its own.
ALTER TABLE run_tags ADD COLUMN experiment_id BIGINT NOT NULL DEFAULT 0;
ALTER TABLE run_tags ADD COLUMN started_at BIGINT NOT NULL DEFAULT 0;
UPDATE run_tags SET
    experiment_id = COALESCE((SELECT r.experiment_id FROM runs r WHERE r.workspace_id = run_tags.workspace_id AND r.run_id = run_tags.run_id), 0),
    started_at = COALESCE((SELECT r.started_at FROM runs r WHERE r.workspace_id = run_tags.workspace_id AND r.run_id = run_tags.run_id), 0);
CREATE INDEX run_tags_by_value ON run_tags (workspace_id, experiment_id, key, (substr(value, 1, 250)), started_at DESC, run_id) WHERE key <> 'mlflow.runName';

CREATE INDEX runs_by_name ON runs (workspace_id, experiment_id, name, started_at DESC, run_id);
CREATE INDEX runs_by_status ON runs (workspace_id, experiment_id, status, started_at DESC, run_id);
CREATE INDEX runs_by_end ON runs (workspace_id, experiment_id, ended_at, started_at DESC, run_id) WHERE ended_at IS NOT NULL;
CREATE INDEX runs_deleted ON runs (workspace_id, experiment_id, started_at DESC, run_id) WHERE lifecycle_stage = 'deleted';
