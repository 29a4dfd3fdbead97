-- user_relations: the tables, views, macros, types and sequences of the database, including those of e6duck.
-- A name outside the schema main has its schema in front.
with relation as (
    select database_name, schema_name, table_name as name
    from duckdb_tables()
    union all
    select database_name, schema_name, view_name
    from duckdb_views()
    where not internal
    union all
    select database_name, schema_name, function_name
    from duckdb_functions()
    where not internal
    union all
    select database_name, schema_name, type_name
    from duckdb_types()
    where not internal
    union all
    select database_name, schema_name, sequence_name
    from duckdb_sequences()
)
select distinct if(schema_name = 'main', name, concat(schema_name, '.', name))
from relation
where database_name = current_database()
