-- A version is immutable; its parts are Parquet files among the blobs.
CREATE TABLE dataset_versions (
  workspace_id {text} NOT NULL,
  dataset {text} NOT NULL,
  version BIGINT NOT NULL,
  digest {text} NOT NULL,
  row_count BIGINT NOT NULL,
  byte_count BIGINT NOT NULL,
  schema {text} NOT NULL,
  parts {text} NOT NULL,
  source {text} NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (workspace_id, dataset, version),
  UNIQUE (workspace_id, dataset, digest)
);
