-- years: the posts of a tag by year of upload, for each year from the first post to the last.
with span as (
    select min(year(created_at)) as first_year, max(year(created_at)) as last_year
    from posts
),
used as (
    select year(created_at) as year, count(*) as posts
    from tag_posts
    group by year(created_at)
)
select calendar.year, coalesce(used.posts, 0) as posts
from (select unnest(range(first_year, last_year + 1)) as year from span) as calendar
left join used on used.year = calendar.year
order by calendar.year
