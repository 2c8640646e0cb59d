-- What personal data in the log of predictions is encrypted with. Erasing somebody is removing his key.
-- kind: 'entity'; 'nameless', of the predictions of a deployment that do not say whom they are about; 'pseudonyms', of the names themselves.
CREATE TABLE entity_keys (
    workspace_id {text} NOT NULL,
    kind         {text} NOT NULL,
    entity       {text} NOT NULL,
    secret       {blob} NOT NULL,
    created_at   BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, kind, entity)
);
