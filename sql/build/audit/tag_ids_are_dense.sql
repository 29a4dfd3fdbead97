-- tag_ids_are_dense: ids count from 0 without a gap, in order of use and then of name.
-- Where posts are not counted, the order is as it was found.
with expected as (
    select
        tag_id,
        name,
        row_number() over (order by post_count desc, if(post_count is null, tag_id, 0), name) - 1 as expected_id,
    from tags
)
select tag_id, name, expected_id
from expected
where tag_id <> expected_id
