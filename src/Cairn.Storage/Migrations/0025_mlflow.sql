-- What MLflow's clients say of experiments and runs and Cairn did not keep.

-- Where an experiment's runs keep their files when that is not this server; else empty.
ALTER TABLE experiments ADD COLUMN artifact_location {text} NOT NULL DEFAULT '';

-- Logged models that a run read ('input') or made ('output').
CREATE TABLE run_models (
    workspace_id {text} NOT NULL,
    run_id {text} NOT NULL,
    direction {text} NOT NULL,
    model_id {text} NOT NULL,
    step BIGINT NOT NULL,
    logged_at BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, run_id, direction, model_id, step)
);
