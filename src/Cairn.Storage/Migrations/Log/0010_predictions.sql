-- What answered: written once, before the first prediction that names it. The id is derived from the other columns.
CREATE TABLE prediction_sources (
    workspace_id   {text} NOT NULL,
    source_id      BIGINT NOT NULL,
    deployment     {text} NOT NULL,
    variant        {text} NOT NULL,
    model          {text} NOT NULL,
    version        BIGINT NOT NULL,
    package_digest {text} NOT NULL,
    evaluator      BIGINT NOT NULL,
    threshold      DOUBLE PRECISION NOT NULL,
    positive       {text} NOT NULL,
    negative       {text} NOT NULL,
    features       {text} NOT NULL,
    inputs         {text} NOT NULL,
    PRIMARY KEY (workspace_id, source_id)
);

-- A block holds the predictions of one deployment that one commit made durable. Times are those inside their ids, in milliseconds;
-- none crosses the end of an hour. Its number ascends in the order of commits in the whole log, so it alone is the key; readers
-- filter by workspace.
CREATE TABLE prediction_blocks (
    block_id     {identity},
    workspace_id {text} NOT NULL,
    deployment   {text} NOT NULL,
    from_ms      BIGINT NOT NULL,
    to_ms        BIGINT NOT NULL,
    rows         BIGINT NOT NULL,
    body         {blob} NOT NULL
);

CREATE INDEX prediction_blocks_by_time ON prediction_blocks (workspace_id, to_ms, from_ms);
CREATE INDEX prediction_blocks_by_deployment ON prediction_blocks (workspace_id, deployment, to_ms, rows);

-- Parquet files of one hour of a deployment. Blocks of that hour up to last_block are in it (or in an earlier one) and no longer
-- count where they still stand. A removed one counts no more either; its file goes a day later, its row with the file.
CREATE TABLE prediction_segments (
    workspace_id {text} NOT NULL,
    segment_id   {text} NOT NULL,
    deployment   {text} NOT NULL,
    hour         BIGINT NOT NULL,
    from_ms      BIGINT NOT NULL,
    to_ms        BIGINT NOT NULL,
    rows         BIGINT NOT NULL,
    bytes        BIGINT NOT NULL,
    blob         {text} NOT NULL,
    last_block   BIGINT NOT NULL,
    created_at   BIGINT NOT NULL,
    removed_at   BIGINT,
    PRIMARY KEY (workspace_id, segment_id)
);

CREATE INDEX prediction_segments_by_hour ON prediction_segments (workspace_id, hour, deployment, last_block);
CREATE INDEX prediction_segments_by_deployment ON prediction_segments (workspace_id, deployment, hour, last_block);
CREATE INDEX prediction_segments_by_removal ON prediction_segments (removed_at);
