-- Versions beside the champion, which has no row. A version or an alias of the deployment's model; parts is JSON [[from, to], ...],
-- the millionths of the traffic it answers. A shadow answers none.
CREATE TABLE deployment_variants (
    workspace_id {text} NOT NULL,
    deployment   {text} NOT NULL,
    name         {text} NOT NULL,
    version      BIGINT,
    alias        {text},
    shadow       BIGINT NOT NULL,
    parts        {text} NOT NULL,
    created_at   BIGINT NOT NULL,
    updated_at   BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, deployment, name)
);
