-- post_size: the posts with a number of tags, and the posts with that number of direct tags.
-- The tag of the rating counts.
with shape as (
    select
        len(tag_ids) as tags,
        len(tag_ids) - len(implied_ids) as direct_tags,
        count(*) as posts,
    from posts
    group by all
),
counted as (
    select tags, posts, 0 as direct_posts from shape
    union all
    select direct_tags, 0, posts from shape
)
select tags, sum(posts)::bigint as posts, sum(direct_posts)::bigint as direct_posts
from counted
group by tags
order by tags
