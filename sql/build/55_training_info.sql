-- training_info: a fact about the training that made tag_factors; empty until training.
-- Training runs this file again, as it does tag_factors.
create or replace table training_info as
select name, value
from training_facts
order by name;

comment on table training_info is 'A fact about the training that made tag_factors; empty until training';
comment on column training_info.name is 'Name of the fact';
comment on column training_info.value is 'Value, as text';
