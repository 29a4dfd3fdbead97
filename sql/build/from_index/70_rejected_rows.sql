-- rejected_rows: an entry that is not used, with the columns of build_rejects; it has no line.
-- temporary: not in the finished database
create temp table rejected_rows as
select
    split_part(file_name, '.', 1) as table_name,
    file_name,
    null::bigint as line,
    reason,
    content,
from lost_row;
