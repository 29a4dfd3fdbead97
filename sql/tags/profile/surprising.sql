-- surprising: what stands on the posts of a tag most often compared with chance, first the highest lift.
-- What implies the tag, or is implied by it, is no surprise; nor is what a few posts alone tell.
with shared as (
    select held.tag_id, count(*) as common_posts
    from (select unnest(tag_ids) as tag_id from mine) as held
    group by held.tag_id
),
kin as (
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
            / ((select count(*) from mine) * tags.tagged_count),
        2
    ) as lift,
from shared
join tags on tags.tag_id = shared.tag_id
anti join kin on kin.tag_id = shared.tag_id
where shared.common_posts >= $least_common and lift > 1
order by lift desc, shared.common_posts desc, tags.tag_id
limit $count
