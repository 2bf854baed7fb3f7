-- Readers of the log: which projection has read how far, and what it could not digest.

CREATE TABLE projections (
    name     text   NOT NULL,
    version  int    NOT NULL,
    slot     text   NOT NULL,
    live     boolean NOT NULL,
    position bigint NOT NULL DEFAULT 0,
    halted   text,
    CONSTRAINT projections_slot PRIMARY KEY (slot)
);
CREATE UNIQUE INDEX projections_live ON projections (name) WHERE live;
COMMENT ON TABLE projections IS 'One row a built projection: the live one of each name, and those being built or kept beside it.';
COMMENT ON COLUMN projections.slot IS 'Schema that holds the tables of this build.';
COMMENT ON COLUMN projections.halted IS 'Why a reader that must not skip has stopped.';

CREATE TABLE dead_letters (
    reader    text        NOT NULL,
    position  bigint      NOT NULL,
    error     text        NOT NULL,
    failed_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT dead_letters_key PRIMARY KEY (reader, position)
);
COMMENT ON TABLE dead_letters IS 'Events that a reader gave up on after retry and bisection.';
