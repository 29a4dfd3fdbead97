-- tag_factors: the vector of a tag; empty until training.
-- Training runs this file again, with rows in trained_factors: its arrays have as many numbers as asked for.
create or replace table tag_factors as
select tag_id, factors
from trained_factors
order by tag_id;

comment on table tag_factors is 'The vector of a tag; empty until training';
comment on column tag_factors.tag_id is 'The tag, as tags.tag_id';
comment on column tag_factors.factors is 'Its coordinates; similar tags have a high cosine';
