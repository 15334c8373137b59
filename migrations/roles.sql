-- What a superuser does once, before the first migration: the two roles, the database, its extensions. Safe to repeat.
--   psql --username postgres --dbname postgres --file migrations/roles.sql
-- Passwords come from TRIAGE_OWNER_PASSWORD and TRIAGE_APP_PASSWORD, so that none is in this file, a command or its log.
\set ON_ERROR_STOP on
\getenv owner_password TRIAGE_OWNER_PASSWORD
\getenv app_password TRIAGE_APP_PASSWORD
\if :{?owner_password}
\else
    \warn 'Set TRIAGE_OWNER_PASSWORD: the password of the role that owns the schema.'
    SELECT 1 / 0 AS stop;
\endif
\if :{?app_password}
\else
    \warn 'Set TRIAGE_APP_PASSWORD: the password of the role that the service connects as.'
    SELECT 1 / 0 AS stop;
\endif

SELECT format('CREATE ROLE %I', name) FROM unnest(ARRAY['triage_owner', 'triage_app']) name
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) \gexec

-- Owns the schema and migrates it. Nothing else connects as this role.
ALTER ROLE triage_owner LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS PASSWORD :'owner_password';
-- The service: owns nothing, and no row-level policy is waived for it.
ALTER ROLE triage_app LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS PASSWORD :'app_password';

-- A function of the schema sets it; restoring a backup makes that function before anything has loaded the extension.
GRANT SET ON PARAMETER pg_trgm.similarity_threshold TO triage_owner;

-- Who holds a lock that a migration waits for, and since when, is told to whoever may see what others do.
GRANT pg_read_all_stats TO triage_owner;

SELECT 'CREATE DATABASE triage OWNER triage_owner'
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'triage') \gexec
REVOKE ALL ON DATABASE triage FROM PUBLIC;
GRANT CONNECT ON DATABASE triage TO triage_app;

\connect triage
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE EXTENSION IF NOT EXISTS unaccent;
CREATE EXTENSION IF NOT EXISTS fuzzystrmatch;
CREATE EXTENSION IF NOT EXISTS btree_gist;
