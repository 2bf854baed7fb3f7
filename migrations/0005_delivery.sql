-- Outbound deliveries: the truth of what went, goes and will go to external systems.
-- Messages of the work queue only say "drain this connection".

CREATE TABLE deliveries (
    connection  text        NOT NULL,
    key         text        NOT NULL,
    lane        text        NOT NULL,
    position    bigint      NOT NULL,
    kind        text        NOT NULL,
    document    jsonb       NOT NULL,
    state       text        NOT NULL DEFAULT 'waiting',
    attempts    int         NOT NULL DEFAULT 0,
    due_at      timestamptz NOT NULL DEFAULT now(),
    leased_until timestamptz,
    external_id text,
    error       text,
    CONSTRAINT deliveries_key PRIMARY KEY (connection, key),
    CONSTRAINT deliveries_state CHECK (state IN ('waiting', 'uncertain', 'delivered', 'dead')),
    CONSTRAINT deliveries_found CHECK (state <> 'delivered' OR external_id IS NOT NULL)
);
CREATE INDEX deliveries_open ON deliveries (connection, lane, position) WHERE state <> 'delivered';
COMMENT ON TABLE deliveries IS 'One row a canonical document and connection; key is derived from the source event.';
COMMENT ON COLUMN deliveries.lane IS 'Documents of one lane go in order of position, one at a time.';
