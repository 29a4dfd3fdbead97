-- build_sources: a file that this database was made from.
create table build_sources as
select table_name, file_name, file_date, file_size, sha256, row_count, kept_count, dropped_count
from source_facts
order by table_name;

comment on table build_sources is 'A file that this database was made from';
comment on column build_sources.table_name is 'The table of the export';
comment on column build_sources.file_name is 'Name of the file';
comment on column build_sources.file_date is 'Date in the name; null in the undated layout';
comment on column build_sources.file_size is 'Size in bytes';
comment on column build_sources.sha256 is 'SHA-256 of its bytes, in hexadecimal';
comment on column build_sources.row_count is 'Rows in the file, including malformed ones';
comment on column build_sources.kept_count is 'Rows that were used';
comment on column build_sources.dropped_count is 'Rows that were not used: filtered, malformed or replaced by a later one';
