-- encoded_posts: no post, with the columns that a build gives one.
create temp view encoded_posts as
select
    * exclude (drop_reason, names, text_size),
    null::uinteger[] as tag_ids,
    null::uinteger[] as implied_ids,
from post_row
where false;
