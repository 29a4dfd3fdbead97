-- growing_tags: the tags of a month by growth of their share of the posts since the month before.
-- $month: the month, such as 2025-03
-- $min_count = 10: minimum number of posts in the month
-- $count = 20: maximum number of tags
with post as (
    select date_trunc('month', created_at) = ($month || '-01')::timestamp as is_current, tag_ids
    from posts
    where
        created_at >= ($month || '-01')::timestamp - interval 1 month
        and created_at < ($month || '-01')::timestamp + interval 1 month
),
total as (
    select
        count(*) filter (is_current) as current_posts,
        count(*) filter (not is_current) as previous_posts,
    from post
),
tag_use as (
    select
        use.tag_id,
        count(*) filter (use.is_current) as current_count,
        count(*) filter (not use.is_current) as previous_count,
    from (select is_current, unnest(tag_ids) as tag_id from post) as use
    group by use.tag_id
)
select
    tags.name,
    tags.category_name,
    tag_use.current_count,
    tag_use.previous_count,
    -- One post more on either side keeps a tag that is new from growing without bound.
    ((tag_use.current_count + 1) / (total.current_posts + 1))
        / ((tag_use.previous_count + 1) / (total.previous_posts + 1)) as growth,
from tag_use
join tags on tags.tag_id = tag_use.tag_id
cross join total
where tag_use.current_count >= $min_count::bigint
order by growth desc, tags.tag_id
limit $count::bigint
