-- What the migrations amount to; written from the catalogs, not by hand.

GRANT CONNECT, CREATE, TEMPORARY ON DATABASE TO throughline_app;
GRANT CONNECT, TEMPORARY ON DATABASE TO PUBLIC;
ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO throughline_app;
ALTER DEFAULT PRIVILEGES GRANT USAGE ON SCHEMAS TO throughline_app;

CREATE SCHEMA keys;
GRANT USAGE ON SCHEMA keys TO throughline_app;

GRANT CREATE, USAGE ON SCHEMA public TO throughline_app;
GRANT USAGE ON SCHEMA public TO PUBLIC;

CREATE OR REPLACE FUNCTION public.answers_of(ids uuid[])
 RETURNS TABLE(command_id uuid, request_hash bytea, "position" bigint, answer bytea)
 LANGUAGE sql
 STABLE
 SET enable_seqscan TO 'off'
 SET enable_hashjoin TO 'off'
 SET enable_mergejoin TO 'off'
AS $function$
    SELECT c.command_id, c.request_hash, c.position, c.answer
    FROM unnest(ids) AS i (id) JOIN commands c ON c.command_id = i.id
$function$;
COMMENT ON FUNCTION public.answers_of(uuid[]) IS 'First answers of those of these commands that were accepted.';

CREATE OR REPLACE FUNCTION public.append_apart(last bigint, now_utc timestamp with time zone, command_ids uuid[], hashes bytea[], answers bytea[], actors text[], correlations uuid[], causations bigint[], traces text[], policy_ids text[], guard_command integer[], guard_tag text[], guard_after bigint[], read_command integer[], read_stream uuid[], read_version integer[], event_command integer[], event_stream uuid[], event_version integer[], event_topic text[], event_schema smallint[], event_effective date[], event_entity text[], event_payload bytea[], tag_event integer[], tag_name text[])
 RETURNS TABLE(command integer, verdict text, "position" bigint, answer bytea)
 LANGUAGE plpgsql
AS $function$
#variable_conflict use_column
DECLARE
    refused int[];
    taken int[];
    conflicts int[];
BEGIN
    RETURN QUERY
        SELECT k.n::int,
               CASE WHEN c.request_hash = k.hash THEN 'answered' ELSE 'reused' END,
               c.position, c.answer
        FROM unnest(command_ids, hashes) WITH ORDINALITY AS k (id, hash, n)
        JOIN commands c ON c.command_id = k.id;
    SELECT coalesce(array_agg(k.n::int), '{}') INTO refused
        FROM unnest(command_ids) WITH ORDINALITY AS k (id, n)
        WHERE EXISTS (SELECT FROM commands c WHERE c.command_id = k.id);

    RETURN QUERY
        SELECT DISTINCT ON (g.n) g.n, 'taken', 0::bigint, convert_to(g.tag, 'UTF8')
        FROM unnest(guard_command, guard_tag, guard_after) AS g (n, tag, after)
        WHERE g.after < 0 AND g.n <> ALL (refused)
            AND EXISTS (SELECT FROM event_tags t WHERE t.tag = g.tag)
        ORDER BY g.n, g.tag;
    taken := ARRAY(
        SELECT g.n FROM unnest(guard_command, guard_tag, guard_after) AS g (n, tag, after)
        WHERE g.after < 0 AND g.n <> ALL (refused)
            AND EXISTS (SELECT FROM event_tags t WHERE t.tag = g.tag));
    refused := refused || taken;

    WITH conflicted AS (
        SELECT g.n FROM unnest(guard_command, guard_tag, guard_after) AS g (n, tag, after)
            WHERE EXISTS (SELECT FROM event_tags t WHERE t.tag = g.tag AND t.position > g.after)
        UNION
        SELECT r.n FROM unnest(read_command, read_stream, read_version) AS r (n, stream, version)
            WHERE r.version + 1 <> (SELECT coalesce(max(e.version), 0) + 1
                FROM events e WHERE e.stream_id = r.stream)
        UNION
        SELECT v.n FROM unnest(event_command, event_stream, event_version) AS v (n, stream, version)
            GROUP BY v.n, v.stream HAVING min(v.version) <> (SELECT coalesce(max(e.version), 0) + 1
                FROM events e WHERE e.stream_id = v.stream)
    ), fresh AS (
        SELECT n FROM conflicted WHERE n <> ALL (refused)
    )
    SELECT coalesce(array_agg(n), '{}') INTO conflicts FROM fresh;
    refused := refused || conflicts;
    RETURN QUERY SELECT n, 'conflict', 0::bigint, NULL::bytea FROM unnest(conflicts) AS r (n);

    IF cardinality(refused) < cardinality(command_ids) THEN
        RETURN QUERY
        WITH accepted AS (
            SELECT o.i, o.n, last + row_number() OVER (ORDER BY o.i) AS pos
            FROM unnest(event_command) WITH ORDINALITY AS o (n, i) WHERE o.n <> ALL (refused)
        ), written AS (
            INSERT INTO events
            SELECT a.pos, event_stream[a.i], event_version[a.i], event_topic[a.i], event_schema[a.i],
                   now_utc, event_effective[a.i], event_entity[a.i], actors[a.n], command_ids[a.n],
                   correlations[a.n], causations[a.n], traces[a.n], policy_ids[a.n], event_payload[a.i]
            FROM accepted a
        ), tagged AS (
            INSERT INTO event_tags
            SELECT t.name, a.pos FROM unnest(tag_event, tag_name) AS t (i, name) JOIN accepted a ON a.i = t.i
        ), done AS (
            INSERT INTO commands
            SELECT k.id, k.hash, coalesce((SELECT max(a.pos) FROM accepted a WHERE a.n = k.n), last), k.answer
            FROM unnest(command_ids, hashes, answers) WITH ORDINALITY AS k (id, hash, answer, n)
            WHERE k.n <> ALL (refused)
            RETURNING command_id, position
        )
        SELECT k.n::int, 'accepted', d.position, NULL::bytea
        FROM done d JOIN unnest(command_ids) WITH ORDINALITY AS k (id, n) ON k.id = d.command_id;
    END IF;
END $function$;

CREATE OR REPLACE FUNCTION public.append_events(command_ids uuid[], hashes bytea[], answers bytea[], last_events integer[], actors text[], correlations uuid[], causations bigint[], traces text[], policy_ids text[], guard_command integer[], guard_tag text[], guard_after bigint[], read_command integer[], read_stream uuid[], read_version integer[], event_command integer[], event_stream uuid[], event_version integer[], event_topic text[], event_schema smallint[], event_effective date[], event_entity text[], event_payload bytea[], tag_event integer[], tag_name text[])
 RETURNS TABLE(command integer, verdict text, "position" bigint, answer bytea)
 LANGUAGE plpgsql
 SET enable_seqscan TO 'off'
 SET enable_hashjoin TO 'off'
 SET enable_mergejoin TO 'off'
AS $function$
#variable_conflict use_column
DECLARE
    last bigint;
    now_utc timestamptz;
BEGIN
    PERFORM pg_advisory_xact_lock(7310101);
    SELECT e.position, greatest(clock_timestamp(), e.recorded_at) INTO last, now_utc
        FROM events e ORDER BY e.position DESC LIMIT 1;
    last := coalesce(last, 0);
    now_utc := coalesce(now_utc, clock_timestamp());

    IF EXISTS (SELECT FROM unnest(command_ids) AS k (id) JOIN commands c ON c.command_id = k.id)
        OR EXISTS (SELECT FROM unnest(event_stream, event_version) AS v (stream, version)
                   GROUP BY v.stream HAVING min(v.version) <> (SELECT coalesce(max(e.version), 0) + 1
                       FROM events e WHERE e.stream_id = v.stream))
        OR EXISTS (SELECT FROM unnest(read_stream, read_version) AS r (stream, version)
                   WHERE r.version + 1 <> (SELECT coalesce(max(e.version), 0) + 1
                       FROM events e WHERE e.stream_id = r.stream))
        OR (cardinality(guard_tag) > 0 AND EXISTS (
            SELECT FROM unnest(guard_tag, guard_after) AS g (tag, after)
            JOIN event_tags t ON t.tag = g.tag AND t.position > g.after))
    THEN
        RETURN QUERY SELECT * FROM append_apart(
            last, now_utc, command_ids, hashes, answers, actors, correlations, causations, traces,
            policy_ids, guard_command, guard_tag, guard_after, read_command, read_stream,
            read_version, event_command, event_stream, event_version, event_topic, event_schema,
            event_effective, event_entity, event_payload, tag_event, tag_name);
        RETURN;
    END IF;

    INSERT INTO events
        SELECT last + e.i, e.stream, e.version, e.topic, e.schema, now_utc, e.effective, e.entity,
               c.actor, c.id, c.correlation, c.causation, c.trace, c.policies, e.payload
        FROM unnest(event_command, event_stream, event_version, event_topic, event_schema,
                    event_effective, event_entity, event_payload) WITH ORDINALITY
            AS e (n, stream, version, topic, schema, effective, entity, payload, i)
        JOIN unnest(command_ids, actors, correlations, causations, traces, policy_ids)
            WITH ORDINALITY AS c (id, actor, correlation, causation, trace, policies, n) ON c.n = e.n;
    IF cardinality(tag_event) > 0 THEN
        INSERT INTO event_tags
            SELECT t.name, last + t.i FROM unnest(tag_event, tag_name) AS t (i, name);
    END IF;
    INSERT INTO commands
        SELECT k.id, k.hash, last + k.events, k.answer
        FROM unnest(command_ids, hashes, last_events, answers) AS k (id, hash, events, answer);
    RETURN QUERY SELECT 0, 'accepted', last, NULL::bytea;
END $function$;
COMMENT ON FUNCTION public.append_events(uuid[],bytea[],bytea[],integer[],text[],uuid[],bigint[],text[],text[],integer[],text[],bigint[],integer[],uuid[],integer[],integer[],uuid[],integer[],text[],smallint[],date[],text[],bytea[],integer[],text[]) IS 'Appends a batch of commands in one call; a verdict for each: accepted, answered, reused, taken or conflict.';

CREATE OR REPLACE FUNCTION public.append_lock()
 RETURNS bigint
 LANGUAGE sql
AS $function$
    SELECT pg_advisory_xact_lock(7310101);
    SELECT coalesce(max(position), 0) FROM events;
$function$;
COMMENT ON FUNCTION public.append_lock() IS 'Takes the append lock until the end of the transaction; answers the last position.';

CREATE OR REPLACE FUNCTION public.import_clashes(tags text[], afters bigint[], streams uuid[], versions integer[], command_ids uuid[])
 RETURNS boolean
 LANGUAGE sql
 STABLE
 SET enable_seqscan TO 'off'
 SET enable_hashjoin TO 'off'
 SET enable_mergejoin TO 'off'
AS $function$
    SELECT EXISTS (SELECT FROM unnest(tags, afters) AS g (tag, after)
                   JOIN event_tags t ON t.tag = g.tag AND t.position > g.after)
        OR EXISTS (SELECT FROM unnest(streams, versions) AS r (stream, version)
                   WHERE r.version <> (SELECT coalesce(max(e.version), 0) + 1
                       FROM events e WHERE e.stream_id = r.stream))
        OR EXISTS (SELECT FROM unnest(command_ids) AS k (id)
                   JOIN commands c ON c.command_id = k.id)
$function$;
COMMENT ON FUNCTION public.import_clashes(text[],bigint[],uuid[],integer[],uuid[]) IS 'Whether anything a batch relied on has moved on; asked under the append lock.';

CREATE OR REPLACE FUNCTION public.refuse_change()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
    RAISE EXCEPTION '% of % refused: the log is append-only', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END $function$;

CREATE OR REPLACE FUNCTION public.stream_events(ids uuid[])
 RETURNS TABLE(stream_id uuid, version integer, topic text, payload bytea, schema_version smallint, recorded_at timestamp with time zone)
 LANGUAGE sql
 STABLE
 SET enable_seqscan TO 'off'
 SET enable_hashjoin TO 'off'
 SET enable_mergejoin TO 'off'
AS $function$
    SELECT e.stream_id, e.version, e.topic, e.payload, e.schema_version, e.recorded_at
    FROM unnest(ids) AS i (id) JOIN events e ON e.stream_id = i.id
    ORDER BY e.stream_id, e.version
$function$;
COMMENT ON FUNCTION public.stream_events(uuid[]) IS 'Events of several streams, each in order of version.';

CREATE TABLE keys.subjects (
    subject uuid NOT NULL,
    wrapped_key bytea,
    master_id text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    destroyed_at timestamp with time zone
);
ALTER TABLE keys.subjects ADD CONSTRAINT subjects_destroyed CHECK (((wrapped_key IS NULL) = (destroyed_at IS NOT NULL)));
ALTER TABLE keys.subjects ADD CONSTRAINT subjects_key PRIMARY KEY (subject);
GRANT INSERT, SELECT, UPDATE ON keys.subjects TO throughline_app;
COMMENT ON TABLE keys.subjects IS 'One data key a person, wrapped by the master key; a destroyed key leaves only its date.';

CREATE TABLE public.checkpoints (
    size bigint NOT NULL,
    chain_hash bytea NOT NULL,
    merkle_root bytea NOT NULL,
    frontier bytea[] NOT NULL,
    sealed_at timestamp with time zone NOT NULL,
    key_id text NOT NULL,
    signature bytea NOT NULL
);
ALTER TABLE public.checkpoints ADD CONSTRAINT checkpoints_size PRIMARY KEY (size);
CREATE TRIGGER checkpoints_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.checkpoints FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();
GRANT INSERT, SELECT ON public.checkpoints TO throughline_app;
COMMENT ON TABLE public.checkpoints IS 'Signed state of the hash chain and the Merkle tree after the first size events.';

CREATE TABLE public.commands (
    command_id uuid NOT NULL,
    request_hash bytea NOT NULL,
    "position" bigint NOT NULL,
    answer bytea NOT NULL
);
ALTER TABLE public.commands ADD CONSTRAINT commands_key PRIMARY KEY (command_id);
CREATE TRIGGER commands_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.commands FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();
GRANT INSERT, SELECT ON public.commands TO throughline_app;
COMMENT ON TABLE public.commands IS 'First answer of every accepted command: the same key and content is answered again with it.';

CREATE TABLE public.dead_letters (
    reader text NOT NULL,
    "position" bigint NOT NULL,
    error text NOT NULL,
    failed_at timestamp with time zone DEFAULT now() NOT NULL
);
ALTER TABLE public.dead_letters ADD CONSTRAINT dead_letters_key PRIMARY KEY (reader, "position");
GRANT DELETE, INSERT, SELECT, UPDATE ON public.dead_letters TO throughline_app;
COMMENT ON TABLE public.dead_letters IS 'Events that a reader gave up on after retry and bisection.';

CREATE TABLE public.deliveries (
    connection text NOT NULL,
    key text NOT NULL,
    lane text NOT NULL,
    "position" bigint NOT NULL,
    kind text NOT NULL,
    document jsonb NOT NULL,
    state text DEFAULT 'waiting'::text NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    generation integer DEFAULT 0 NOT NULL,
    external_id text,
    error text,
    enqueued_at timestamp with time zone DEFAULT now() NOT NULL,
    settled_at timestamp with time zone
);
ALTER TABLE public.deliveries ADD CONSTRAINT deliveries_found CHECK (((state <> 'delivered'::text) OR (external_id IS NOT NULL)));
ALTER TABLE public.deliveries ADD CONSTRAINT deliveries_key PRIMARY KEY (connection, key);
ALTER TABLE public.deliveries ADD CONSTRAINT deliveries_state CHECK ((state = ANY (ARRAY['waiting'::text, 'uncertain'::text, 'delivered'::text, 'dead'::text])));
CREATE INDEX deliveries_open ON public.deliveries USING btree (connection, lane, "position", key) WHERE (state <> 'delivered'::text);
GRANT DELETE, INSERT, SELECT, UPDATE ON public.deliveries TO throughline_app;
COMMENT ON COLUMN public.deliveries."position" IS 'Position of the source event in the log.';
COMMENT ON COLUMN public.deliveries.attempts IS 'Claims since the last replay that may have reached the vendor; counted before the call.';
COMMENT ON COLUMN public.deliveries.generation IS 'How often a person replayed it from the dead.';
COMMENT ON COLUMN public.deliveries.lane IS 'Documents of one lane go in order of position, one at a time.';
COMMENT ON COLUMN public.deliveries.state IS 'waiting: not there; uncertain: perhaps there, to be looked up; delivered; dead: needs a person.';
COMMENT ON TABLE public.deliveries IS 'One row a canonical document and connection; key is derived from the source event.';

CREATE TABLE public.delivery_circuits (
    connection text NOT NULL,
    failures integer DEFAULT 0 NOT NULL,
    held_until timestamp with time zone,
    reason text
);
ALTER TABLE public.delivery_circuits ADD CONSTRAINT delivery_circuits_key PRIMARY KEY (connection);
GRANT DELETE, INSERT, SELECT, UPDATE ON public.delivery_circuits TO throughline_app;
COMMENT ON COLUMN public.delivery_circuits.failures IS 'Transient failures since the vendor last answered.';
COMMENT ON COLUMN public.delivery_circuits.held_until IS 'Nothing is claimed before: the circuit is open, or the vendor asked to wait.';
COMMENT ON TABLE public.delivery_circuits IS 'Circuit breaker of each connection, shared by all workers.';

CREATE TABLE public.delivery_lanes (
    connection text NOT NULL,
    lane text NOT NULL,
    due_at timestamp with time zone,
    lease uuid,
    stopped_by text
);
ALTER TABLE public.delivery_lanes ADD CONSTRAINT delivery_lanes_key PRIMARY KEY (connection, lane);
ALTER TABLE public.delivery_lanes ADD CONSTRAINT delivery_lanes_stopped CHECK (((stopped_by IS NULL) OR ((due_at IS NULL) AND (lease IS NULL))));
CREATE INDEX delivery_lanes_due ON public.delivery_lanes USING btree (connection, due_at) WHERE (due_at IS NOT NULL);
CREATE INDEX delivery_lanes_stopped ON public.delivery_lanes USING btree (connection, stopped_by) WHERE (stopped_by IS NOT NULL);
GRANT DELETE, INSERT, SELECT, UPDATE ON public.delivery_lanes TO throughline_app;
COMMENT ON COLUMN public.delivery_lanes.due_at IS 'When the lane may next be claimed: back-off, or the end of the lease that holds it. Null: nothing to send.';
COMMENT ON COLUMN public.delivery_lanes.lease IS 'Token of the claim that holds the lane; only its holder may settle.';
COMMENT ON COLUMN public.delivery_lanes.stopped_by IS 'Key of the dead delivery that the rest of the lane waits behind.';
COMMENT ON TABLE public.delivery_lanes IS 'One row an external record: when its next document may go, and who holds it.';

CREATE TABLE public.event_tags (
    tag text NOT NULL,
    "position" bigint NOT NULL
);
ALTER TABLE public.event_tags ADD CONSTRAINT event_tags_key PRIMARY KEY (tag, "position");
CREATE TRIGGER event_tags_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.event_tags FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();
GRANT INSERT, SELECT ON public.event_tags TO throughline_app;
COMMENT ON TABLE public.event_tags IS 'Tags of facts that close or limit; guards of an append are checked against them.';

CREATE TABLE public.events (
    "position" bigint NOT NULL,
    stream_id uuid NOT NULL,
    version integer NOT NULL,
    topic text NOT NULL,
    schema_version smallint NOT NULL,
    recorded_at timestamp with time zone NOT NULL,
    effective_date date NOT NULL,
    entity text NOT NULL,
    actor text NOT NULL,
    command_id uuid NOT NULL,
    correlation_id uuid NOT NULL,
    causation_id bigint,
    trace text NOT NULL,
    policies text NOT NULL,
    payload bytea STORAGE EXTERNAL NOT NULL
);
ALTER TABLE public.events ADD CONSTRAINT events_position PRIMARY KEY ("position");
ALTER TABLE public.events ADD CONSTRAINT events_positive CHECK ((("position" > 0) AND (version > 0) AND (schema_version > 0)));
ALTER TABLE public.events ADD CONSTRAINT events_stream_version UNIQUE (stream_id, version);
CREATE INDEX events_of_calendars ON public.events USING btree ("position") WHERE (topic = ANY (ARRAY['ledger.calendar_begun'::text, 'ledger.period_opened'::text, 'ledger.period_soft_closed'::text, 'ledger.period_hard_closed'::text]));
CREATE TRIGGER events_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.events FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();
GRANT INSERT, SELECT ON public.events TO throughline_app;
COMMENT ON COLUMN public.events."position" IS 'Gapless global sequence, assigned under the append lock.';
COMMENT ON COLUMN public.events.causation_id IS 'Position of the event that caused this one, where a machine followed up.';
COMMENT ON COLUMN public.events.effective_date IS 'When the fact happened economically; local date of the entity.';
COMMENT ON COLUMN public.events.payload IS 'Business fields as JSON; personal fields are ciphertext.';
COMMENT ON COLUMN public.events.recorded_at IS 'UTC, taken under the append lock, so it never decreases with position.';
COMMENT ON TABLE public.events IS 'Immutable business facts in one global order; the source of everything else.';

CREATE TABLE public.projections (
    name text NOT NULL,
    version integer NOT NULL,
    slot text NOT NULL,
    live boolean NOT NULL,
    "position" bigint DEFAULT 0 NOT NULL,
    halted text
);
ALTER TABLE public.projections ADD CONSTRAINT projections_slot PRIMARY KEY (slot);
CREATE UNIQUE INDEX projections_live ON public.projections USING btree (name) WHERE live;
GRANT DELETE, INSERT, SELECT, UPDATE ON public.projections TO throughline_app;
COMMENT ON COLUMN public.projections.halted IS 'Why a reader that must not skip has stopped.';
COMMENT ON COLUMN public.projections.slot IS 'Schema that holds the tables of this build.';
COMMENT ON TABLE public.projections IS 'One row a built projection: the live one of each name, and those being built or kept beside it.';
