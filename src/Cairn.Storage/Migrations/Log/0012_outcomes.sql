-- What became of predictions, as it was told: rows are added and never altered, but that one which matched nothing is matched later.
-- The number is the order of arrival in the whole table, so it alone is the key; readers filter by workspace.
-- positive is 1 or 0 once the prediction was found, and NULL until then. differs: another value was there for the same prediction.
CREATE TABLE outcomes (
    outcome_id      {identity},
    workspace_id    {text} NOT NULL,
    deployment      {text} NOT NULL,
    prediction_id   {text},
    entity          {text} NOT NULL,
    value           {text} NOT NULL,
    positive        BIGINT,
    observed_at     BIGINT NOT NULL,
    dated           BIGINT NOT NULL,
    correction      BIGINT NOT NULL,
    differs         BIGINT NOT NULL,
    request_key     {text} NOT NULL,
    received_at     BIGINT NOT NULL,
    caller          {text} NOT NULL
);

CREATE INDEX outcomes_by_prediction ON outcomes (workspace_id, deployment, prediction_id);

CREATE INDEX outcomes_by_arrival ON outcomes (workspace_id, deployment, outcome_id);

CREATE INDEX outcomes_unmatched ON outcomes (workspace_id, deployment, entity, outcome_id) WHERE positive IS NULL;

CREATE INDEX outcomes_differing ON outcomes (workspace_id, deployment, prediction_id) WHERE differs = 1;
