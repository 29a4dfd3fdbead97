-- training_info: a fact of the training that made tag_factors; empty before.
-- Training runs this file again, as it does tag_factors.
create or replace table training_info as
select name, value
from training_facts
order by name;

comment on table training_info is 'A fact of the training that made tag_factors; empty before';
comment on column training_info.name is 'What it is';
comment on column training_info.value is 'Its value, as text';
