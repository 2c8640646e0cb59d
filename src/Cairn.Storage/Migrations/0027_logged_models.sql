-- Models as MLflow's clients log them, before and whether or not they are registered. Their files are rows of run_artifacts under the model's id.
CREATE TABLE logged_models (
    workspace_id {text} NOT NULL,
    model_id {text} NOT NULL,
    experiment_id BIGINT NOT NULL,
    name {text} NOT NULL,
    model_type {text} NOT NULL,
    source_run_id {text} NOT NULL,
    status {text} NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    deleted_at BIGINT,
    PRIMARY KEY (workspace_id, model_id)
);

CREATE INDEX logged_models_by_experiment ON logged_models (workspace_id, experiment_id, created_at DESC, model_id);

CREATE TABLE logged_model_params (
    workspace_id {text} NOT NULL,
    model_id {text} NOT NULL,
    key {text} NOT NULL,
    value {text} NOT NULL,
    PRIMARY KEY (workspace_id, model_id, key)
);

CREATE TABLE logged_model_tags (
    workspace_id {text} NOT NULL,
    model_id {text} NOT NULL,
    key {text} NOT NULL,
    value {text} NOT NULL,
    PRIMARY KEY (workspace_id, model_id, key)
);

-- The newest point of each metric by run and dataset, greatest by step, timestamp and value.
CREATE TABLE logged_model_metrics (
    workspace_id {text} NOT NULL,
    model_id {text} NOT NULL,
    key {text} NOT NULL,
    run_id {text} NOT NULL,
    dataset_name {text} NOT NULL,
    dataset_digest {text} NOT NULL,
    timestamp BIGINT NOT NULL,
    step BIGINT NOT NULL,
    value DOUBLE PRECISION NOT NULL,
    is_nan BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, model_id, key, run_id, dataset_name, dataset_digest)
);
