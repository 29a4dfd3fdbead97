-- source_facts: an index file that was read; its rows are its entries.
-- input: listed_files (index/tables.py)
-- temporary: not in the finished database
create temp table source_facts as
with lost as (
    select file_name, count(*) as row_count
    from lost_row
    group by file_name
)
select
    split_part(listed_files.file_name, '.', 1) as table_name,
    listed_files.file_name,
    null::varchar as file_date,
    listed_files.file_size,
    listed_files.sha256,
    listed_files.row_count,
    listed_files.row_count - coalesce(lost.row_count, 0) as kept_count,
    coalesce(lost.row_count, 0) as dropped_count,
from listed_files
left join lost on lost.file_name = listed_files.file_name;
