-- build_info: a fact of the build.
create table build_info as
select name, value
from build_facts
order by name;

comment on table build_info is 'A fact of the build: versions, options, time';
comment on column build_info.name is 'What it is';
comment on column build_info.value is 'Its value, as text';
