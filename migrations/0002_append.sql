-- One server call an append. The caller sends a batch of commands that share no stream, guard
-- or command id among themselves; each gets a verdict of its own and the accepted ones are
-- written in the order given. A guard is a tag and the last position seen of it; a negative
-- position claims the tag for ever (a natural key). The lock spans the transaction, so positions become visible in
-- order and a reader who has read up to the highest has missed nothing.

CREATE FUNCTION append_lock() RETURNS bigint LANGUAGE sql AS $$
    SELECT pg_advisory_xact_lock(7310101);
    SELECT coalesce(max(position), 0) FROM events;
$$;
COMMENT ON FUNCTION append_lock() IS 'Takes the append lock until the end of the transaction; answers the last position.';

-- A version must be the stream's next, not merely free: so an append also notices what its caller
-- remembers and the log does not, after a failover that lost the last commits, and leaves no gap.
-- Where nothing stands in the way the whole batch is written by three statements and answered by
-- one row with the position before it; otherwise append_apart gives each command its verdict.
CREATE FUNCTION append_events(
    command_ids uuid[], hashes bytea[], answers bytea[], last_events int[],
    actors text[], correlations uuid[], causations bigint[], traces text[], policy_ids text[],
    guard_command int[], guard_tag text[], guard_after bigint[],
    read_command int[], read_stream uuid[], read_version int[],
    event_command int[], event_stream uuid[], event_version int[], event_topic text[],
    event_schema smallint[], event_effective date[], event_entity text[], event_payload bytea[],
    tag_event int[], tag_name text[]
) RETURNS TABLE (command int, verdict text, "position" bigint, answer bytea)
LANGUAGE plpgsql
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
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
END $$;

CREATE FUNCTION append_apart(
    last bigint, now_utc timestamptz,
    command_ids uuid[], hashes bytea[], answers bytea[],
    actors text[], correlations uuid[], causations bigint[], traces text[], policy_ids text[],
    guard_command int[], guard_tag text[], guard_after bigint[],
    read_command int[], read_stream uuid[], read_version int[],
    event_command int[], event_stream uuid[], event_version int[], event_topic text[],
    event_schema smallint[], event_effective date[], event_entity text[], event_payload bytea[],
    tag_event int[], tag_name text[]
) RETURNS TABLE (command int, verdict text, "position" bigint, answer bytea)
LANGUAGE plpgsql AS $$
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
END $$;
COMMENT ON FUNCTION append_events IS 'Appends a batch of commands in one call; a verdict for each: accepted, answered, reused, taken or conflict.';

-- Reads by key. A log grows from nothing between two looks of the statistics collector, and a plan
-- made for the small table would scan the large one; these always go through the index.

CREATE FUNCTION stream_events(ids uuid[])
RETURNS TABLE (stream_id uuid, version int, topic text, payload bytea, schema_version smallint,
               recorded_at timestamptz)
LANGUAGE sql STABLE SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
    SELECT e.stream_id, e.version, e.topic, e.payload, e.schema_version, e.recorded_at
    FROM unnest(ids) AS i (id) JOIN events e ON e.stream_id = i.id
    ORDER BY e.stream_id, e.version
$$;
COMMENT ON FUNCTION stream_events IS 'Events of several streams, each in order of version.';

CREATE FUNCTION answers_of(ids uuid[])
RETURNS TABLE (command_id uuid, request_hash bytea, "position" bigint, answer bytea)
LANGUAGE sql STABLE SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
    SELECT c.command_id, c.request_hash, c.position, c.answer
    FROM unnest(ids) AS i (id) JOIN commands c ON c.command_id = i.id
$$;
COMMENT ON FUNCTION answers_of IS 'First answers of those of these commands that were accepted.';

CREATE FUNCTION import_clashes(
    tags text[], afters bigint[], streams uuid[], versions int[], command_ids uuid[]
) RETURNS boolean
LANGUAGE sql STABLE SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
    SELECT EXISTS (SELECT FROM unnest(tags, afters) AS g (tag, after)
                   JOIN event_tags t ON t.tag = g.tag AND t.position > g.after)
        OR EXISTS (SELECT FROM unnest(streams, versions) AS r (stream, version)
                   WHERE r.version <> (SELECT coalesce(max(e.version), 0) + 1
                       FROM events e WHERE e.stream_id = r.stream))
        OR EXISTS (SELECT FROM unnest(command_ids) AS k (id)
                   JOIN commands c ON c.command_id = k.id)
$$;
COMMENT ON FUNCTION import_clashes IS 'Whether anything a batch relied on has moved on; asked under the append lock.';
