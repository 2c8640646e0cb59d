-- What is deleted says when and by whom, so that it can be purged when its time is over. What was deleted before this was known counts from now on.
ALTER TABLE experiments ADD COLUMN deleted_at BIGINT;
ALTER TABLE experiments ADD COLUMN deleted_by {text} NOT NULL DEFAULT '';
ALTER TABLE runs ADD COLUMN deleted_by {text} NOT NULL DEFAULT '';
ALTER TABLE logged_models ADD COLUMN deleted_by {text} NOT NULL DEFAULT '';
UPDATE experiments SET deleted_at = {now} WHERE lifecycle_stage = 'deleted';
UPDATE runs SET deleted_at = {now} WHERE lifecycle_stage = 'deleted';
UPDATE logged_models SET deleted_at = {now} WHERE deleted_at IS NOT NULL;
CREATE INDEX experiments_in_bin ON experiments (workspace_id, deleted_at DESC, experiment_id) WHERE deleted_at IS NOT NULL;
CREATE INDEX runs_in_bin ON runs (workspace_id, deleted_at DESC, run_id) WHERE deleted_at IS NOT NULL;
CREATE INDEX logged_models_in_bin ON logged_models (workspace_id, deleted_at DESC, model_id) WHERE deleted_at IS NOT NULL;

-- What is gone for everybody already and of which rows are left, for the purge to take away.
CREATE TABLE purges (
    workspace_id {text} NOT NULL,
    kind         {text} NOT NULL,
    id           {text} NOT NULL,
    begun_at     BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, kind, id)
);

-- Blobs that a row let go of, until it is known whether another names them.
CREATE TABLE unnamed_blobs (
    workspace_id {text} NOT NULL,
    digest       {text} NOT NULL,
    let_go_at    BIGINT NOT NULL,
    look_at      BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, digest)
);

CREATE INDEX unnamed_blobs_by_time ON unnamed_blobs (look_at, workspace_id, digest);
CREATE INDEX run_artifacts_by_digest ON run_artifacts (digest);
CREATE INDEX model_package_files_by_digest ON model_package_files (digest);
