-- The log of what happened. Its id orders all workspaces alike, so it alone is the key; a reader filters by workspace.
CREATE TABLE events (
    id           {identity},
    workspace_id {text} NOT NULL,
    time         BIGINT NOT NULL,
    type         {text} NOT NULL,
    subject      {text} NOT NULL,
    cause_id     BIGINT,
    payload      {text} NOT NULL
);

CREATE INDEX events_by_subject ON events (workspace_id, subject, id);
