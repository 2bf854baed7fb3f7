-- Key store of personal data: outside the log, so that destroying a key erases what it
-- encrypted without touching the log, its hashes or its proofs.

CREATE SCHEMA keys;
CREATE TABLE keys.subjects (
    subject      uuid        NOT NULL,
    wrapped_key  bytea,
    master_id    text        NOT NULL,
    created_at   timestamptz NOT NULL DEFAULT now(),
    destroyed_at timestamptz,
    CONSTRAINT subjects_key PRIMARY KEY (subject),
    CONSTRAINT subjects_destroyed CHECK ((wrapped_key IS NULL) = (destroyed_at IS NOT NULL))
);
COMMENT ON TABLE keys.subjects IS 'One data key a person, wrapped by the master key; a destroyed key leaves only its date.';
