-- Experiments, runs and what runs log. Laid out so that the MLflow protocol can be served from it.

-- Numbers that are given out once and never again, whatever is deleted: experiment ids, versions of a model.
CREATE TABLE tracking_counters (
    workspace_id {text} NOT NULL,
    name {text} NOT NULL,
    value BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, name)
);

CREATE TABLE experiments (
    workspace_id {text} NOT NULL,
    experiment_id BIGINT NOT NULL,
    name {text} NOT NULL,
    lifecycle_stage {text} NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, experiment_id)
);

-- Unique among the deleted too: restoring never meets a name that is taken.
CREATE UNIQUE INDEX experiments_by_name ON experiments (workspace_id, name);

CREATE TABLE experiment_tags (
    workspace_id {text} NOT NULL,
    experiment_id BIGINT NOT NULL,
    key {text} NOT NULL,
    value {text} NOT NULL,
    PRIMARY KEY (workspace_id, experiment_id, key)
);

-- A run of a deleted experiment counts as deleted without being touched, so that deleting an experiment is one row however many runs it has.
CREATE TABLE runs (
    workspace_id {text} NOT NULL,
    run_id {text} NOT NULL,
    experiment_id BIGINT NOT NULL,
    name {text} NOT NULL,
    status {text} NOT NULL,
    lifecycle_stage {text} NOT NULL,
    user_name {text} NOT NULL,
    started_at BIGINT NOT NULL,
    ended_at BIGINT,
    deleted_at BIGINT,
    PRIMARY KEY (workspace_id, run_id)
);

CREATE INDEX runs_by_experiment ON runs (workspace_id, experiment_id, started_at DESC, run_id);
CREATE INDEX runs_by_start ON runs (workspace_id, started_at DESC, run_id);

CREATE TABLE run_params (
    workspace_id {text} NOT NULL,
    run_id {text} NOT NULL,
    key {text} NOT NULL,
    value {text} NOT NULL,
    PRIMARY KEY (workspace_id, run_id, key)
);

CREATE TABLE run_tags (
    workspace_id {text} NOT NULL,
    run_id {text} NOT NULL,
    key {text} NOT NULL,
    value {text} NOT NULL,
    PRIMARY KEY (workspace_id, run_id, key)
);

-- The whole point is its identity: logging it again changes nothing. NaN is value 0 with is_nan 1, so it has an identity too.
-- The key is in the order of a metric's history.
CREATE TABLE run_metrics (
    workspace_id {text} NOT NULL,
    run_id {text} NOT NULL,
    key {text} NOT NULL,
    timestamp BIGINT NOT NULL,
    step BIGINT NOT NULL,
    value DOUBLE PRECISION NOT NULL,
    is_nan BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, run_id, key, timestamp, step, value, is_nan)
);

-- The greatest point by (step, timestamp, value) of each metric: what lists show, filter and sort by.
CREATE TABLE run_latest_metrics (
    workspace_id {text} NOT NULL,
    run_id {text} NOT NULL,
    key {text} NOT NULL,
    experiment_id BIGINT NOT NULL,
    timestamp BIGINT NOT NULL,
    step BIGINT NOT NULL,
    value DOUBLE PRECISION NOT NULL,
    is_nan BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, run_id, key)
);

CREATE INDEX run_latest_metrics_by_value ON run_latest_metrics (workspace_id, experiment_id, key, is_nan, value, run_id);

CREATE TABLE run_artifacts (
    workspace_id {text} NOT NULL,
    run_id {text} NOT NULL,
    path {text} NOT NULL,
    digest {text} NOT NULL,
    length BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, run_id, path)
);

-- A dataset as runs of an experiment know it. For one of ours the digest is the dataset version's.
CREATE TABLE input_datasets (
    workspace_id {text} NOT NULL,
    experiment_id BIGINT NOT NULL,
    name {text} NOT NULL,
    digest {text} NOT NULL,
    source_type {text} NOT NULL,
    source {text} NOT NULL,
    schema_text {text} NOT NULL,
    profile {text} NOT NULL,
    PRIMARY KEY (workspace_id, experiment_id, name, digest)
);

-- The context is the input tag mlflow.data.context; the other tags are a JSON object. The first tags stay.
CREATE TABLE run_inputs (
    workspace_id {text} NOT NULL,
    run_id {text} NOT NULL,
    name {text} NOT NULL,
    digest {text} NOT NULL,
    experiment_id BIGINT NOT NULL,
    context {text} NOT NULL,
    tags {text} NOT NULL,
    logged_at BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, run_id, name, digest)
);

CREATE INDEX run_inputs_by_dataset ON run_inputs (workspace_id, digest, run_id);
