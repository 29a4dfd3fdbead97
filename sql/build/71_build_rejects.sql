-- build_rejects: a row of the export that is malformed or that a later row replaces.
create table build_rejects as
select table_name, file_name, line, reason, content
from rejected_rows
order by table_name, line, reason;

comment on table build_rejects is 'A row of the export that could not be used, with the reason';
comment on column build_rejects.table_name is 'The table of the export';
comment on column build_rejects.file_name is 'Name of the file';
comment on column build_rejects.line is 'Line of the (decompressed) file where the row begins, from 1';
comment on column build_rejects.reason is 'Reason';
comment on column build_rejects.content is 'The row as it is in the file; bytes that are not UTF-8 appear as \xNN';
