CREATE TABLE projects (
    workspace_id {text} NOT NULL,
    name {text} NOT NULL,
    folder {text} NOT NULL,
    revision {text} NOT NULL,
    model {text} NOT NULL,
    deployment {text} NOT NULL,
    last_result {text},
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, name)
);

CREATE TABLE project_revisions (
    workspace_id {text} NOT NULL,
    project {text} NOT NULL,
    revision {text} NOT NULL,
    files {text} NOT NULL,
    caller {text} NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, project, revision)
);

-- What the source looked like when it was last snapshotted: how a plan knows that nothing changed without reading the data.
CREATE TABLE project_sources (
    workspace_id {text} NOT NULL,
    project {text} NOT NULL,
    path {text} NOT NULL,
    length BIGINT NOT NULL,
    modified_at BIGINT NOT NULL,
    schema_digest {text} NOT NULL,
    dataset_digest {text} NOT NULL,
    dataset_version BIGINT NOT NULL,
    rows BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, project)
);

-- Tracked runs that a flow run has opened. One that is not ended when the server starts was left by a process that died.
CREATE TABLE project_training_runs (
    workspace_id {text} NOT NULL,
    flow_run_id {text} NOT NULL,
    task {text} NOT NULL,
    run_id {text} NOT NULL,
    ended BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, flow_run_id, task)
);
