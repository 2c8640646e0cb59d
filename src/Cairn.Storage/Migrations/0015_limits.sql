-- Day: number of the day of UTC since 0001-01-01.
CREATE TABLE quota_usage (
    workspace_id {text} NOT NULL,
    caller       {text} NOT NULL,
    day          BIGINT NOT NULL,
    rows         BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, caller, day)
);
