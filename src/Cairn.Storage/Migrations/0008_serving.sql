CREATE TABLE deployments (
    workspace_id {text} NOT NULL,
    name         {text} NOT NULL,
    model        {text} NOT NULL,
    is_default   BIGINT NOT NULL,
    created_at   BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, name)
);
