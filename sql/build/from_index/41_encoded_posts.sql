-- encoded_posts: no rows, with the columns that a post has in a build.
-- temporary: not in the finished database
create temp view encoded_posts as
select
    * exclude (drop_reason, names, text_size),
    null::uinteger[] as tag_ids,
    null::uinteger[] as implied_ids,
from post_row
where false;
