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
    generation  int         NOT NULL DEFAULT 0,
    external_id text,
    error       text,
    enqueued_at timestamptz NOT NULL DEFAULT now(),
    settled_at  timestamptz,
    CONSTRAINT deliveries_key PRIMARY KEY (connection, key),
    CONSTRAINT deliveries_state CHECK (state IN ('waiting', 'uncertain', 'delivered', 'dead')),
    CONSTRAINT deliveries_found CHECK (state <> 'delivered' OR external_id IS NOT NULL)
);
CREATE INDEX deliveries_open ON deliveries (connection, lane, position, key) WHERE state <> 'delivered';
COMMENT ON TABLE deliveries IS 'One row a canonical document and connection; key is derived from the source event.';
COMMENT ON COLUMN deliveries.lane IS 'Documents of one lane go in order of position, one at a time.';
COMMENT ON COLUMN deliveries.position IS 'Position of the source event in the log.';
COMMENT ON COLUMN deliveries.state IS 'waiting: not there; uncertain: perhaps there, to be looked up; delivered; dead: needs a person.';
COMMENT ON COLUMN deliveries.attempts IS 'Claims since the last replay that may have reached the vendor; counted before the call.';
COMMENT ON COLUMN deliveries.generation IS 'How often a person replayed it from the dead.';

CREATE TABLE delivery_lanes (
    connection  text NOT NULL,
    lane        text NOT NULL,
    due_at      timestamptz,
    lease       uuid,
    stopped_by  text,
    CONSTRAINT delivery_lanes_key PRIMARY KEY (connection, lane),
    CONSTRAINT delivery_lanes_stopped CHECK (stopped_by IS NULL OR (due_at IS NULL AND lease IS NULL))
);
CREATE INDEX delivery_lanes_due ON delivery_lanes (connection, due_at) WHERE due_at IS NOT NULL;
CREATE INDEX delivery_lanes_stopped ON delivery_lanes (connection, stopped_by) WHERE stopped_by IS NOT NULL;
COMMENT ON TABLE delivery_lanes IS 'One row an external record: when its next document may go, and who holds it.';
COMMENT ON COLUMN delivery_lanes.due_at IS 'When the lane may next be claimed: back-off, or the end of the lease that holds it. Null: nothing to send.';
COMMENT ON COLUMN delivery_lanes.lease IS 'Token of the claim that holds the lane; only its holder may settle.';
COMMENT ON COLUMN delivery_lanes.stopped_by IS 'Key of the dead delivery that the rest of the lane waits behind.';

CREATE TABLE delivery_circuits (
    connection text NOT NULL,
    failures   int  NOT NULL DEFAULT 0,
    held_until timestamptz,
    reason     text,
    CONSTRAINT delivery_circuits_key PRIMARY KEY (connection)
);
COMMENT ON TABLE delivery_circuits IS 'Circuit breaker of each connection, shared by all workers.';
COMMENT ON COLUMN delivery_circuits.failures IS 'Transient failures since the vendor last answered.';
COMMENT ON COLUMN delivery_circuits.held_until IS 'Nothing is claimed before: the circuit is open, or the vendor asked to wait.';
