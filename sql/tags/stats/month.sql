-- month: the posts that were uploaded in a month, and the days of the first and the last one.
-- Posts without a date are left out.
select
    year(created_at) as year,
    month(created_at) as month,
    count(*) as posts,
    min(day(created_at)) as first_day,
    max(day(created_at)) as last_day,
from posts
where isfinite(created_at)
group by all
order by all
