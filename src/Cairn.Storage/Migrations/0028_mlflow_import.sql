-- How far an import of an MLflow store has come: written in the transaction of what was taken, so that it goes on behind it.
CREATE TABLE mlflow_imports (
    workspace_id {text} NOT NULL,
    import_id {text} NOT NULL,
    step {text} NOT NULL,
    position BIGINT NOT NULL,
    taken BIGINT NOT NULL,
    here BIGINT NOT NULL,
    refused BIGINT NOT NULL,
    remarks {text} NOT NULL,
    PRIMARY KEY (workspace_id, import_id, step)
);

-- Which experiment here an experiment of the store is: the same id, unless that was taken.
CREATE TABLE mlflow_import_experiments (
    workspace_id {text} NOT NULL,
    import_id {text} NOT NULL,
    source_id BIGINT NOT NULL,
    experiment_id BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, import_id, source_id)
);
