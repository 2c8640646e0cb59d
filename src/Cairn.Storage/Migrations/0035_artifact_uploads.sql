-- Files that come in several parts. The parts are in the home, under uploads/, until the file is whole; a day after that, or after the last part, the row goes too.
CREATE TABLE artifact_uploads (
    workspace_id {text} NOT NULL,
    upload_id {text} NOT NULL,
    owner {text} NOT NULL, -- a run, or a logged model
    path {text} NOT NULL,
    parts BIGINT NOT NULL,
    started_at BIGINT NOT NULL,
    completed_at BIGINT,
    PRIMARY KEY (workspace_id, upload_id)
);
