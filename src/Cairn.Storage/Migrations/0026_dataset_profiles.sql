-- What the columns of a dataset version hold, worked out once: by the digest of its content, and the format of the answer. Profile: JSON.
CREATE TABLE dataset_profiles (
    workspace_id {text} NOT NULL,
    digest {text} NOT NULL,
    format BIGINT NOT NULL,
    profile {text} NOT NULL,
    PRIMARY KEY (workspace_id, digest, format)
);
