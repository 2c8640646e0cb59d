-- Registered models, their versions, who was champion when, and sealed packages.

CREATE TABLE registered_models (
    workspace_id {text} NOT NULL,
    name {text} NOT NULL,
    description {text} NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, name)
);

CREATE TABLE model_tags (
    workspace_id {text} NOT NULL,
    model {text} NOT NULL,
    key {text} NOT NULL,
    value {text} NOT NULL,
    PRIMARY KEY (workspace_id, model, key)
);

-- A deleted version keeps its row: its number is never given out again, and what it predicted can be traced.
CREATE TABLE model_versions (
    workspace_id {text} NOT NULL,
    model {text} NOT NULL,
    version BIGINT NOT NULL,
    stage {text} NOT NULL,
    status {text} NOT NULL,
    description {text} NOT NULL,
    run_id {text},
    run_link {text} NOT NULL,
    source {text} NOT NULL,
    package_digest {text},
    user_name {text} NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    deleted_at BIGINT,
    PRIMARY KEY (workspace_id, model, version)
);

CREATE INDEX model_versions_by_run ON model_versions (workspace_id, run_id);

CREATE TABLE model_version_tags (
    workspace_id {text} NOT NULL,
    model {text} NOT NULL,
    version BIGINT NOT NULL,
    key {text} NOT NULL,
    value {text} NOT NULL,
    PRIMARY KEY (workspace_id, model, version, key)
);

-- The alias champion is the only truth about what serves.
CREATE TABLE model_aliases (
    workspace_id {text} NOT NULL,
    model {text} NOT NULL,
    alias {text} NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, model, alias)
);

CREATE INDEX model_aliases_by_version ON model_aliases (workspace_id, model, version);

-- What the gates said, each time they were asked; the newest counts. Checks are a JSON list.
CREATE TABLE gate_verdicts (
    workspace_id {text} NOT NULL,
    model {text} NOT NULL,
    version BIGINT NOT NULL,
    sequence BIGINT NOT NULL,
    verdict {text} NOT NULL,
    summary {text} NOT NULL,
    checks {text} NOT NULL,
    decided_at BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, model, version, sequence)
);

-- Every move of the alias champion. Times ascend with the sequence, so "who was champion on day X" has one answer.
CREATE TABLE promotions (
    workspace_id {text} NOT NULL,
    model {text} NOT NULL,
    sequence BIGINT NOT NULL,
    version BIGINT,
    previous BIGINT,
    kind {text} NOT NULL,
    caller {text} NOT NULL,
    reason {text} NOT NULL,
    moved_at BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, model, sequence)
);

CREATE INDEX promotions_by_time ON promotions (workspace_id, model, moved_at);

CREATE TABLE model_packages (
    workspace_id {text} NOT NULL,
    digest {text} NOT NULL,
    signature {text} NOT NULL,
    sealed_at BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, digest)
);

CREATE TABLE model_package_files (
    workspace_id {text} NOT NULL,
    package_digest {text} NOT NULL,
    path {text} NOT NULL,
    digest {text} NOT NULL,
    length BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, package_digest, path)
);
