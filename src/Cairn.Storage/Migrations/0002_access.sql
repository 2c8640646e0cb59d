CREATE TABLE audit_entries (
  id {identity},
  workspace_id {text} NOT NULL,
  time BIGINT NOT NULL,
  caller {text} NOT NULL,
  action {text} NOT NULL,
  subject {text} NOT NULL,
  detail {text} NOT NULL
);

CREATE INDEX audit_entries_by_workspace ON audit_entries (workspace_id, id);

-- Status 0: claimed, and the request has not been answered yet.
CREATE TABLE idempotency_keys (
  workspace_id {text} NOT NULL,
  idempotency_key {text} NOT NULL,
  request_digest {text} NOT NULL,
  status BIGINT NOT NULL,
  content_type {text} NOT NULL,
  location {text} NOT NULL,
  body {blob} NOT NULL,
  time BIGINT NOT NULL,
  PRIMARY KEY (workspace_id, idempotency_key)
);

CREATE INDEX idempotency_keys_by_time ON idempotency_keys (time);
