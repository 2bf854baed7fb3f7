-- The application's login: it appends to the log and cannot change it.

DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'throughline_app') THEN
        CREATE ROLE throughline_app LOGIN;
    END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
END $$;
DO $$ BEGIN
    EXECUTE format('GRANT CREATE, CONNECT, TEMPORARY ON DATABASE %I TO throughline_app', current_database());
END $$;
GRANT USAGE, CREATE ON SCHEMA public TO throughline_app;
GRANT USAGE ON SCHEMA keys TO throughline_app;
GRANT SELECT, INSERT ON events, event_tags, commands, checkpoints TO throughline_app;
GRANT SELECT, INSERT, UPDATE ON keys.subjects TO throughline_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON projections, dead_letters, deliveries, delivery_lanes,
    delivery_circuits TO throughline_app;

-- Where the owner's sessions follow the log, the projections they build are read by the application.
ALTER DEFAULT PRIVILEGES GRANT USAGE ON SCHEMAS TO throughline_app;
ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO throughline_app;
