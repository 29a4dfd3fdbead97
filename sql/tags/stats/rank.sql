-- rank: the posts of a tag at some ranks, evenly spaced on a logarithmic axis; 1 is the most used.
with size as (
    select count(*) as tags
    from tags
),
step as (
    select unnest(range(0, 200)) as number
),
chosen as (
    select round(pow(10, step.number / 20))::bigint as rank
    from step
    union
    select tags
    from size
)
select chosen.rank, tags.name as tag, tags.category_name as category, tags.post_count as posts
from chosen
join tags on tags.tag_id = chosen.rank - 1
where tags.post_count > 0
order by chosen.rank
