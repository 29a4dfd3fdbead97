-- years: the posts of a tag by the year of their upload, for each year that the database knows.
with span as (
    select min(year(created_at)) as first_year, max(year(created_at)) as last_year
    from posts
),
used as (
    select year(created_at) as year, count(*) as posts
    from mine
    group by year(created_at)
)
select known.year, coalesce(used.posts, 0) as posts
from (select unnest(range(first_year, last_year + 1)) as year from span) as known
left join used on used.year = known.year
order by known.year
