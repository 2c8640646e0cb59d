-- How much of a part of a batch is in the log: written with it, and removed when the batch has got to its end.
CREATE TABLE batch_log (
    workspace_id {text} NOT NULL,
    batch_id     {text} NOT NULL,
    part         BIGINT NOT NULL,
    pieces       BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, batch_id, part)
);
