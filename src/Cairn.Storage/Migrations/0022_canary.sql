-- One row for each canary there was. Plan: JSON of its steps and limits. Counts: JSON of the step so far, added to at every look, so that a
-- server that starts again goes on. Past: JSON of the steps that are over. Event_id: the last event of this canary, the cause of the next.
CREATE TABLE canaries (
    workspace_id     {text} NOT NULL,
    deployment       {text} NOT NULL,
    number           BIGINT NOT NULL,
    variant          {text} NOT NULL,
    model            {text} NOT NULL,
    version          BIGINT NOT NULL,
    champion_version BIGINT NOT NULL,
    plan             {text} NOT NULL,
    state            {text} NOT NULL,
    step             BIGINT NOT NULL,
    step_at          BIGINT NOT NULL,
    counts           {text} NOT NULL,
    latency_limit    BIGINT,
    past             {text} NOT NULL,
    cause            {text},
    reason           {text},
    started_by       {text} NOT NULL,
    started_at       BIGINT NOT NULL,
    ended_at         BIGINT,
    event_id         BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, deployment, number)
);
-- The canary that holds this variant; null: none does.
ALTER TABLE deployment_variants ADD COLUMN canary BIGINT;
