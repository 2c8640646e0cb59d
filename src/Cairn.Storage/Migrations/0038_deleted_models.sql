-- Registered models and versions in the bin. A deleted model leaves registered_models, so its name is free and no list shows it; the rows of its versions, tags and
-- aliases have ':' and its id where the name was, which no model can be called. What was deleted before this stays as it is: it is not in the bin.
CREATE TABLE deleted_models (
    workspace_id {text} NOT NULL,
    model_id     {text} NOT NULL,
    name         {text} NOT NULL,
    description  {text} NOT NULL,
    created_at   BIGINT NOT NULL,
    updated_at   BIGINT NOT NULL,
    last_version BIGINT NOT NULL,
    deleted_at   BIGINT NOT NULL,
    deleted_by   {text} NOT NULL,
    PRIMARY KEY (workspace_id, model_id)
);

CREATE INDEX deleted_models_by_time ON deleted_models (workspace_id, deleted_at DESC, model_id);
CREATE INDEX deleted_models_by_name ON deleted_models (workspace_id, name);

-- Of a deleted version: its id in the bin; empty: it lies there with its model; NULL: it is not there. Its aliases have ':' and that id where the model's name was.
ALTER TABLE model_versions ADD COLUMN bin_id {text};
ALTER TABLE model_versions ADD COLUMN deleted_by {text} NOT NULL DEFAULT '';
CREATE INDEX model_versions_in_bin ON model_versions (workspace_id, deleted_at DESC, bin_id) WHERE bin_id > '';
