-- Queues that a deployment answers. Settings are JSON; the address of the broker and its password are not stored.
CREATE TABLE streams (
    workspace_id {text} NOT NULL,
    name         {text} NOT NULL,
    settings     {text} NOT NULL,
    created_at   BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, name)
);
