CREATE TABLE flow_runs (
    workspace_id {text} NOT NULL,
    flow_run_id {text} NOT NULL,
    flow {text} NOT NULL,
    subject {text} NOT NULL,
    parameters {text} NOT NULL,
    state {text} NOT NULL,
    message {text} NOT NULL,
    caller {text} NOT NULL,
    resumed_by {text},
    problem {text},
    version BIGINT NOT NULL,
    event_id BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    started_at BIGINT,
    ended_at BIGINT,
    PRIMARY KEY (workspace_id, flow_run_id)
);

-- One active run for a subject, whoever starts it and how often.
CREATE UNIQUE INDEX flow_runs_active ON flow_runs (workspace_id, subject) WHERE state IN ('pending', 'running');
CREATE INDEX flow_runs_by_subject ON flow_runs (workspace_id, subject, flow_run_id);

CREATE TABLE task_runs (
    workspace_id {text} NOT NULL,
    flow_run_id {text} NOT NULL,
    name {text} NOT NULL,
    ordinal BIGINT NOT NULL,
    state {text} NOT NULL,
    progress DOUBLE PRECISION NOT NULL,
    message {text} NOT NULL,
    result {text},
    reused BIGINT NOT NULL,
    attempts BIGINT NOT NULL,
    started_at BIGINT,
    ended_at BIGINT,
    PRIMARY KEY (workspace_id, flow_run_id, name)
);

CREATE TABLE task_cache (
    workspace_id {text} NOT NULL,
    cache_key {text} NOT NULL,
    result {text} NOT NULL,
    message {text} NOT NULL,
    flow_run_id {text} NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, cache_key)
);
