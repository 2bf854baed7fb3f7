-- The log: every business fact once, in one global order, never changed.

CREATE TABLE events (
    position       bigint      NOT NULL,
    stream_id      uuid        NOT NULL,
    version        integer     NOT NULL,
    topic          text        NOT NULL,
    schema_version smallint    NOT NULL,
    recorded_at    timestamptz NOT NULL,
    effective_date date        NOT NULL,
    entity         text        NOT NULL,
    actor          text        NOT NULL,
    command_id     uuid        NOT NULL,
    correlation_id uuid        NOT NULL,
    causation_id   bigint,
    trace          text        NOT NULL,
    policies       text        NOT NULL,
    payload        bytea       NOT NULL,
    CONSTRAINT events_position PRIMARY KEY (position),
    CONSTRAINT events_stream_version UNIQUE (stream_id, version),
    CONSTRAINT events_positive CHECK (position > 0 AND version > 0 AND schema_version > 0)
);
ALTER TABLE events ALTER COLUMN payload SET STORAGE EXTERNAL;
CREATE INDEX events_of_calendars ON events (position) WHERE topic IN
    ('ledger.calendar_begun', 'ledger.period_opened', 'ledger.period_soft_closed', 'ledger.period_hard_closed');
COMMENT ON TABLE events IS 'Immutable business facts in one global order; the source of everything else.';
COMMENT ON COLUMN events.position IS 'Gapless global sequence, assigned under the append lock.';
COMMENT ON COLUMN events.recorded_at IS 'UTC, taken under the append lock, so it never decreases with position.';
COMMENT ON COLUMN events.effective_date IS 'When the fact happened economically; local date of the entity.';
COMMENT ON COLUMN events.causation_id IS 'Position of the event that caused this one, where a machine followed up.';
COMMENT ON COLUMN events.payload IS 'Business fields as JSON; personal fields are ciphertext.';

CREATE TABLE event_tags (
    tag      text   NOT NULL,
    position bigint NOT NULL,
    CONSTRAINT event_tags_key PRIMARY KEY (tag, position)
);
COMMENT ON TABLE event_tags IS 'Tags of facts that close or limit; guards of an append are checked against them.';

CREATE TABLE commands (
    command_id   uuid   NOT NULL,
    request_hash bytea  NOT NULL,
    position     bigint NOT NULL,
    answer       bytea  NOT NULL,
    CONSTRAINT commands_key PRIMARY KEY (command_id)
);
COMMENT ON TABLE commands IS 'First answer of every accepted command: the same key and content is answered again with it.';

CREATE TABLE checkpoints (
    size        bigint      NOT NULL,
    chain_hash  bytea       NOT NULL,
    merkle_root bytea       NOT NULL,
    frontier    bytea[]     NOT NULL,
    sealed_at   timestamptz NOT NULL,
    key_id      text        NOT NULL,
    signature   bytea       NOT NULL,
    CONSTRAINT checkpoints_size PRIMARY KEY (size)
);
COMMENT ON TABLE checkpoints IS 'Signed state of the hash chain and the Merkle tree after the first size events.';

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% of % refused: the log is append-only', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE TRIGGER events_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON events
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER event_tags_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON event_tags
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER commands_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON commands
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER checkpoints_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON checkpoints
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
