-- relations: a table, view or macro of the database, with its comment and its example.
with relation as (
    select table_name as name, 'table' as kind, comment
    from duckdb_tables()
    where database_name = current_database() and schema_name = 'main' and not temporary
    union all
    select view_name, 'view', comment
    from duckdb_views()
    where
        database_name = current_database()
        and schema_name = 'main'
        and not internal
        and not temporary
    union all
    select function_name, 'macro', any_value(comment)
    from duckdb_functions()
    where database_name = current_database() and schema_name = 'main' and not internal
    group by function_name
)
select
    name,
    kind,
    -- The comments of our macros end in an example.
    if(kind = 'macro', regexp_extract(comment, '^(.*?): (?:from|select) ', 1), comment) as comment,
    if(kind = 'macro', regexp_extract(comment, ': ((?:from|select) .*)$', 1), null) as example,
from relation
order by array_position(['table', 'view', 'macro'], kind), name
