"""What a schema consists of, as queries on PostgreSQL's catalogs.

Each query answers two texts a row: the object the line belongs to, and the line. They are asked
with an empty search path, so every name is qualified, and say the same on every supported version
of the server. Objects of the system and of extensions are left out, and so is the migration
runner's own table. Owners are left out, because they differ from place to place.
"""

FIRST_OWN_OID = 16384
RUNNERS_TABLE = "'public.schema_migrations'"


def _own(catalog: str, oid: str) -> str:
    """Condition: the object was made by us, and not by an extension."""
    return f"""{oid} >= {FIRST_OWN_OID} AND NOT EXISTS (
        SELECT FROM pg_depend WHERE classid = '{catalog}'::regclass AND objid = {oid}
        AND deptype = 'e')"""


def _own_relation(oid: str) -> str:
    return f"""{_own("pg_class", oid)} AND {oid}::regclass::text <> {RUNNERS_TABLE} AND EXISTS (
        SELECT FROM pg_class WHERE pg_class.oid = {oid}
        AND relpersistence <> 't' AND relkind <> 't')"""


def _granted(source: str, acl: str, owner: str, place: str, name: str) -> str:
    """Select what access lists give to others than the owner, a line a grantee."""
    return f"""
        SELECT {place}, format('GRANT %s ON %s TO %s%s;',
            string_agg(privilege_type, ', ' ORDER BY privilege_type), {name},
            CASE grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(grantee)) END,
            CASE WHEN is_grantable THEN ' WITH GRANT OPTION' END)
        FROM {source}, aclexplode({acl}) WHERE grantee <> {owner} AND own
        GROUP BY {place}, {name}, grantee, is_grantable"""


EXTENSIONS = f"""
    SELECT '', format('CREATE EXTENSION %I;', extname)
    FROM pg_extension WHERE oid >= {FIRST_OWN_OID}"""

SCHEMAS = f"""
    SELECT quote_ident(nspname), format('CREATE SCHEMA %I;', nspname) FROM pg_namespace
    WHERE {_own("pg_namespace", "oid")} AND nspname !~ '^pg_'"""

SCHEMA_GRANTS = _granted(
    f"""(SELECT *, nspname !~ '^pg_' AND (nspname = 'public'
        OR {_own("pg_namespace", "oid")}) AS own FROM pg_namespace) n""",
    *("nspacl", "nspowner", "quote_ident(nspname)", "concat('SCHEMA ', quote_ident(nspname))"),
)

DATABASE_GRANTS = """
    SELECT '', format('GRANT %s ON DATABASE TO %s;',
        string_agg(privilege_type, ', ' ORDER BY privilege_type),
        CASE grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(grantee)) END)
    FROM pg_database, aclexplode(datacl)
    WHERE datname = current_database() AND grantee <> datdba GROUP BY grantee"""

DEFAULT_PRIVILEGES = """
    SELECT '', format('ALTER DEFAULT PRIVILEGES%s GRANT %s ON %s TO %s;',
        ' IN SCHEMA ' || quote_ident(nspname),
        string_agg(privilege_type, ', ' ORDER BY privilege_type),
        CASE defaclobjtype WHEN 'r' THEN 'TABLES' WHEN 'S' THEN 'SEQUENCES' WHEN 'T' THEN 'TYPES'
            WHEN 'f' THEN 'FUNCTIONS' WHEN 'n' THEN 'SCHEMAS' ELSE defaclobjtype::text END,
        CASE grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(grantee)) END)
    FROM pg_default_acl d LEFT JOIN pg_namespace n ON n.oid = defaclnamespace,
        aclexplode(defaclacl)
    WHERE grantee <> defaclrole GROUP BY nspname, defaclobjtype, grantee"""

ENUMS = f"""
    SELECT t.oid::regtype::text, format('CREATE TYPE %s AS ENUM (%s);', t.oid::regtype,
        string_agg(quote_literal(enumlabel), ', ' ORDER BY enumsortorder))
    FROM pg_type t JOIN pg_enum e ON e.enumtypid = t.oid
    WHERE {_own("pg_type", "t.oid")} GROUP BY t.oid"""

DOMAINS = f"""
    SELECT t.oid::regtype::text, concat('CREATE DOMAIN ', t.oid::regtype, ' AS ',
        format_type(typbasetype, typtypmod), ' DEFAULT ' || typdefault,
        CASE WHEN typnotnull THEN ' NOT NULL' END,
        (SELECT string_agg(format(' CONSTRAINT %I %s', conname, pg_get_constraintdef(c.oid)), ''
            ORDER BY conname COLLATE "C") FROM pg_constraint c
         WHERE contypid = t.oid AND contype = 'c'), ';')
    FROM pg_type t WHERE typtype = 'd' AND {_own("pg_type", "t.oid")}"""

RANGES = f"""
    SELECT t.oid::regtype::text, format('CREATE TYPE %s AS RANGE (subtype = %s);',
        t.oid::regtype, rngsubtype::regtype)
    FROM pg_type t JOIN pg_range ON rngtypid = t.oid WHERE {_own("pg_type", "t.oid")}"""

COMPOSITES = f"""
    SELECT c.oid::regclass::text, format('CREATE TYPE %s AS (%s);', c.oid::regclass,
        string_agg(format('%I %s', attname, format_type(atttypid, atttypmod)), ', '
            ORDER BY attnum))
    FROM pg_class c JOIN pg_attribute ON attrelid = c.oid AND attnum > 0 AND NOT attisdropped
    WHERE relkind = 'c' AND {_own_relation("c.oid")} GROUP BY c.oid"""

SEQUENCES = f"""
    SELECT c.oid::regclass::text, concat(format('CREATE SEQUENCE %s AS %s START %s INCREMENT %s'
        ' MINVALUE %s MAXVALUE %s CACHE %s', c.oid::regclass, seqtypid::regtype, seqstart,
        seqincrement, seqmin, seqmax, seqcache), CASE WHEN seqcycle THEN ' CYCLE' END,
        (SELECT format(' OWNED BY %s.%I', refobjid::regclass, attname) FROM pg_depend
         JOIN pg_attribute ON attrelid = refobjid AND attnum = refobjsubid
         WHERE classid = 'pg_class'::regclass AND objid = c.oid AND deptype = 'a'), ';')
    FROM pg_class c JOIN pg_sequence ON seqrelid = c.oid WHERE {_own_relation("c.oid")}
    AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = c.oid AND deptype = 'i'
        AND classid = 'pg_class'::regclass)"""

FUNCTIONS = f"""
    SELECT p.oid::regprocedure::text, rtrim(pg_get_functiondef(p.oid), E'\\n') || ';'
    FROM pg_proc p WHERE prokind <> 'a' AND {_own("pg_proc", "p.oid")}"""

AGGREGATES = f"""
    SELECT p.oid::regprocedure::text, concat('CREATE AGGREGATE ', p.oid::regprocedure,
        ' (SFUNC = ', aggtransfn::regproc, ', STYPE = ', aggtranstype::regtype,
        ', FINALFUNC = ' || nullif(aggfinalfn::regproc::text, '-'),
        ', INITCOND = ' || quote_literal(agginitval), ');')
    FROM pg_proc p JOIN pg_aggregate a ON aggfnoid = p.oid WHERE {_own("pg_proc", "p.oid")}"""

FUNCTION_GRANTS = _granted(
    f"(SELECT *, {_own('pg_proc', 'oid')} AS own FROM pg_proc) p",
    *("proacl", "proowner", "p.oid::regprocedure::text"),
    "concat('FUNCTION ', p.oid::regprocedure)",
)

FUNCTION_REVOKES = f"""
    SELECT p.oid::regprocedure::text,
        format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC;', p.oid::regprocedure)
    FROM pg_proc p WHERE {_own("pg_proc", "p.oid")} AND proacl IS NOT NULL
    AND NOT EXISTS (SELECT FROM aclexplode(proacl) WHERE grantee = 0)"""

# Since version 17 a part repeats the identity of the whole.
COLUMN = """concat('    ', quote_ident(attname), ' ', format_type(atttypid, atttypmod),
        CASE WHEN attcollation <> typcollation THEN ' COLLATE ' || (
            SELECT format('%I.%I', nspname, collname) FROM pg_collation l
            JOIN pg_namespace n ON n.oid = collnamespace WHERE l.oid = attcollation) END,
        CASE WHEN attstorage <> typstorage THEN ' STORAGE ' || (CASE attstorage
            WHEN 'e' THEN 'EXTERNAL' WHEN 'm' THEN 'MAIN' WHEN 'x' THEN 'EXTENDED'
            ELSE 'PLAIN' END) END,
        CASE attcompression WHEN 'p' THEN ' COMPRESSION pglz' WHEN 'l' THEN ' COMPRESSION lz4' END,
        CASE attgenerated WHEN 's' THEN format(' GENERATED ALWAYS AS (%s) STORED',
            pg_get_expr(adbin, adrelid)) WHEN 'v' THEN format(' GENERATED ALWAYS AS (%s)',
            pg_get_expr(adbin, adrelid)) ELSE ' DEFAULT ' || pg_get_expr(adbin, adrelid) END,
        CASE WHEN relispartition THEN ''
            WHEN attidentity = 'a' THEN ' GENERATED ALWAYS AS IDENTITY'
            WHEN attidentity = 'd' THEN ' GENERATED BY DEFAULT AS IDENTITY' END,
        CASE WHEN attnotnull THEN ' NOT NULL' END)"""

TABLES = f"""
    SELECT c.oid::regclass::text, concat('CREATE ',
        CASE relpersistence WHEN 'u' THEN 'UNLOGGED ' END,
        CASE relkind WHEN 'f' THEN 'FOREIGN ' END, 'TABLE ', c.oid::regclass, E' (\\n',
        string_agg({COLUMN}, E',\\n' ORDER BY attnum), E'\\n)',
        ' PARTITION BY ' || pg_get_partkeydef(c.oid),
        ' WITH (' || array_to_string(reloptions, ', ') || ')', ';')
    FROM pg_class c
    LEFT JOIN pg_attribute ON attrelid = c.oid AND attnum > 0 AND NOT attisdropped
    LEFT JOIN pg_type t ON t.oid = atttypid
    LEFT JOIN pg_attrdef ON adrelid = c.oid AND adnum = attnum
    WHERE relkind IN ('r', 'p', 'f') AND {_own_relation("c.oid")} GROUP BY c.oid"""

PARTS = f"""
    SELECT c.oid::regclass::text, concat(format('ALTER TABLE %s INHERIT %s', c.oid::regclass,
        inhparent::regclass), ' ' || pg_get_expr(relpartbound, c.oid), ';')
    FROM pg_class c JOIN pg_inherits ON inhrelid = c.oid
    WHERE relkind IN ('r', 'p', 'f') AND {_own_relation("c.oid")}"""

# Since version 18 NOT NULL is a constraint with a name; here it belongs to the column.
CONSTRAINTS = f"""
    SELECT conrelid::regclass::text, format('ALTER TABLE %s ADD CONSTRAINT %I %s;',
        conrelid::regclass, conname, pg_get_constraintdef(oid))
    FROM pg_constraint WHERE conrelid <> 0 AND contype NOT IN ('n', 't') AND conparentid = 0
    AND {_own_relation("conrelid")}"""

INDEXES = f"""
    SELECT indrelid::regclass::text, concat(pg_get_indexdef(indexrelid), ';',
        CASE WHEN NOT indisvalid THEN ' -- invalid' END)
    FROM pg_index i JOIN pg_class c ON c.oid = indexrelid
    WHERE NOT c.relispartition AND {_own_relation("indrelid")}
    AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid
        AND contype IN ('p', 'u', 'x'))"""

STATISTICS = f"""
    SELECT stxrelid::regclass::text, pg_get_statisticsobjdef(oid) || ';'
    FROM pg_statistic_ext WHERE {_own("pg_statistic_ext", "oid")}"""

# Version 16 stopped writing a table's name before columns that need none.
VIEWS = f"""
    SELECT c.oid::regclass::text, concat('CREATE ',
        CASE relkind WHEN 'm' THEN 'MATERIALIZED ' END, 'VIEW ', c.oid::regclass,
        ' WITH (' || array_to_string(reloptions, ', ') || ')', E' AS\\n',
        regexp_replace(pg_get_viewdef(c.oid, true), '\\m[a-z_][a-z0-9_]*\\.', '', 'g'))
    FROM pg_class c WHERE relkind IN ('v', 'm') AND {_own_relation("c.oid")}"""

TRIGGERS = f"""
    SELECT tgrelid::regclass::text, concat(pg_get_triggerdef(oid), ';',
        CASE tgenabled WHEN 'D' THEN ' -- disabled' WHEN 'R' THEN ' -- on replicas'
            WHEN 'A' THEN ' -- always' END)
    FROM pg_trigger WHERE NOT tgisinternal AND tgparentid = 0 AND {_own_relation("tgrelid")}"""

ROW_SECURITY = f"""
    SELECT c.oid::regclass::text, concat('ALTER TABLE ', c.oid::regclass,
        CASE WHEN relrowsecurity THEN ' ENABLE' ELSE ' DISABLE' END, ' ROW LEVEL SECURITY',
        CASE WHEN relforcerowsecurity THEN ', FORCE ROW LEVEL SECURITY' END, ';')
    FROM pg_class c
    WHERE (relrowsecurity OR relforcerowsecurity) AND {_own_relation("c.oid")}"""

POLICIES = f"""
    SELECT polrelid::regclass::text, concat(format('CREATE POLICY %I ON %s AS %s FOR %s TO %s',
        polname, polrelid::regclass,
        CASE WHEN polpermissive THEN 'PERMISSIVE' ELSE 'RESTRICTIVE' END,
        CASE polcmd WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE'
            WHEN 'd' THEN 'DELETE' ELSE 'ALL' END,
        (SELECT string_agg(CASE r WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(r)) END,
            ', ' ORDER BY pg_get_userbyid(r)) FROM unnest(polroles) AS r)),
        ' USING (' || pg_get_expr(polqual, polrelid) || ')',
        ' WITH CHECK (' || pg_get_expr(polwithcheck, polrelid) || ')', ';')
    FROM pg_policy WHERE {_own_relation("polrelid")}"""

RELATION_GRANTS = _granted(
    f"(SELECT *, {_own_relation('r.oid')} AS own FROM pg_class r) c",
    *("relacl", "relowner", "c.oid::regclass::text"),
    "concat(CASE relkind WHEN 'S' THEN 'SEQUENCE ' END, c.oid::regclass)",
)

COLUMN_GRANTS = f"""
    SELECT c.oid::regclass::text, format('GRANT %s (%I) ON %s TO %s;',
        string_agg(privilege_type, ', ' ORDER BY privilege_type), attname, c.oid::regclass,
        CASE grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(grantee)) END)
    FROM pg_class c JOIN pg_attribute ON attrelid = c.oid AND NOT attisdropped,
        aclexplode(attacl)
    WHERE {_own_relation("c.oid")} AND grantee <> relowner GROUP BY c.oid, attname, grantee"""

COMMENTS = rf"""
    SELECT CASE d.classoid
            WHEN 'pg_class'::regclass THEN coalesce((SELECT indrelid FROM pg_index
                WHERE indexrelid = d.objoid), d.objoid)::regclass::text
            WHEN 'pg_namespace'::regclass THEN d.objoid::regnamespace::text
            WHEN 'pg_proc'::regclass THEN d.objoid::regprocedure::text
            WHEN 'pg_type'::regclass THEN d.objoid::regtype::text
            WHEN 'pg_constraint'::regclass THEN (SELECT nullif(conrelid, 0)::regclass::text
                FROM pg_constraint c WHERE c.oid = d.objoid)
            WHEN 'pg_trigger'::regclass THEN (SELECT tgrelid::regclass::text
                FROM pg_trigger t WHERE t.oid = d.objoid)
            WHEN 'pg_policy'::regclass THEN (SELECT polrelid::regclass::text
                FROM pg_policy p WHERE p.oid = d.objoid) END,
        format('COMMENT ON %s %s IS %L;', upper(regexp_replace(o.type, '^\S+ (?=co)', '')),
            CASE classoid WHEN 'pg_proc'::regclass THEN objoid::regprocedure::text
            ELSE o.identity END, description)
    FROM pg_description d, pg_identify_object(classoid, objoid, objsubid) o
    WHERE objoid >= {FIRST_OWN_OID} AND NOT EXISTS (SELECT FROM pg_depend e
        WHERE e.classid = d.classoid AND e.objid = d.objoid AND e.deptype = 'e')"""

SECTIONS: tuple[tuple[str, ...], ...] = (
    (EXTENSIONS, SCHEMAS, SCHEMA_GRANTS, DATABASE_GRANTS, DEFAULT_PRIVILEGES),
    (ENUMS, DOMAINS, RANGES, COMPOSITES),
    (FUNCTIONS, AGGREGATES, FUNCTION_GRANTS, FUNCTION_REVOKES),
    (
        *(SEQUENCES, TABLES, PARTS, VIEWS, CONSTRAINTS, INDEXES, STATISTICS, TRIGGERS),
        *(ROW_SECURITY, POLICIES, RELATION_GRANTS, COLUMN_GRANTS),
    ),
)
"""Queries by chapter; within one, lines come by object, then in the order of the queries."""
