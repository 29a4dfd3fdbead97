-- rejected_rows: an entry that is not used, as build_rejects shows it; it stands on no line.
create temp table rejected_rows as
select
    split_part(file_name, '.', 1) as table_name,
    file_name,
    null::bigint as line,
    reason,
    content,
from lost_row;
