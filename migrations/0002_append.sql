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

CREATE FUNCTION append_events(
    command_ids uuid[], hashes bytea[], answers bytea[],
    actors text[], correlations uuid[], causations bigint[], traces text[], policy_ids text[],
    guard_command int[], guard_tag text[], guard_after bigint[],
    read_command int[], read_stream uuid[], read_version int[],
    event_command int[], event_stream uuid[], event_version int[], event_topic text[],
    event_schema smallint[], event_effective date[], event_entity text[], event_payload bytea[],
    tag_event int[], tag_name text[]
) RETURNS TABLE (command int, verdict text, "position" bigint, answer bytea)
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
DECLARE
    last bigint;
    now_utc timestamptz;
    refused int[];
    taken int[];
    conflicts int[];
BEGIN
    last := append_lock();
    now_utc := greatest(clock_timestamp(), (SELECT e.recorded_at FROM events e WHERE e.position = last));

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
            WHERE EXISTS (SELECT FROM events e WHERE e.stream_id = r.stream AND e.version = r.version + 1)
        UNION
        SELECT v.n FROM unnest(event_command, event_stream, event_version) AS v (n, stream, version)
            WHERE EXISTS (SELECT FROM events e WHERE e.stream_id = v.stream AND e.version = v.version)
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
