"""All rows of a PostgreSQL database taken out, kept aside, and put back: cheaper than to make them again for each test."""

EMPTY = """
do $$ declare it record; begin
    set local session_replication_role = replica;  -- no foreign keys, no triggers: what is append-only goes as well
    for it in select schemaname, tablename from pg_tables
              where schemaname in ('public', 'dbos') and tablename not in ('dbos_migrations', 'alembic_version') loop
        execute format('delete from %I.%I', it.schemaname, it.tablename);
    end loop;
    for it in select schemaname, sequencename from pg_sequences where last_value is not null loop
        execute format('alter sequence %I.%I restart', it.schemaname, it.sequencename);
    end loop;
end $$
"""
KEEP = """
do $$ declare it record; begin
    create schema settled;
    create table settled.sequences as select schemaname, sequencename, last_value from pg_sequences
        where schemaname = 'public' and last_value is not null;
    for it in select tablename from pg_tables where schemaname = 'public' and tablename <> 'alembic_version' loop
        execute format('create table settled.%I as table public.%I', 'of_' || it.tablename, it.tablename);
    end loop;
end $$
"""
RESTORE = """
do $$ declare it record; begin
    set local session_replication_role = replica;  -- no foreign keys: the tables come in any order
    for it in select tablename from pg_tables where schemaname = 'public' and tablename <> 'alembic_version' loop
        execute format('insert into public.%I select * from settled.%I', it.tablename, 'of_' || it.tablename);
    end loop;
    for it in select * from settled.sequences loop
        perform setval(format('%I.%I', it.schemaname, it.sequencename), it.last_value);
    end loop;
end $$
"""
