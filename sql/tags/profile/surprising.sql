-- surprising: the tags on the posts of a tag that are most frequent compared with chance, highest lift first.
-- Tags that imply the tag, or that it implies, are left out; so are tags on too few of its posts.
with shared as (
    select held.tag_id, count(*) as common_posts
    from (select unnest(tag_ids) as tag_id from tag_posts) as held
    group by held.tag_id
),
relative as (
    select antecedent_id as tag_id
    from tag_implications
    where consequent_id = $tag_id
    union
    select consequent_id
    from tag_implications
    where antecedent_id = $tag_id
    union
    select $tag_id
)
select
    tags.name as tag,
    tags.category_name as category,
    shared.common_posts,
    round(
        shared.common_posts * (select count(*) from posts)::double
            / ((select count(*) from tag_posts) * tags.tagged_count),
        2
    ) as lift,
from shared
join tags on tags.tag_id = shared.tag_id
anti join relative on relative.tag_id = shared.tag_id
where shared.common_posts >= $least_common and lift > 1
order by lift desc, shared.common_posts desc, tags.tag_id
limit $count
