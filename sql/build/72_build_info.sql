-- build_info: a fact about the build.
create table build_info as
select name, value
from build_facts
order by name;

comment on table build_info is 'A fact about the build: versions, options, time';
comment on column build_info.name is 'Name of the fact';
comment on column build_info.value is 'Value, as text';
