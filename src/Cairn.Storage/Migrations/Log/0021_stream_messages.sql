-- When a message of a queue was first seen, in milliseconds: the time inside the ids of its predictions, however often it comes.
CREATE TABLE stream_messages (
    workspace_id {text} NOT NULL,
    stream       {text} NOT NULL,
    message      {text} NOT NULL,
    seen_ms      BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, stream, message)
);

CREATE INDEX stream_messages_by_time ON stream_messages (seen_ms);
