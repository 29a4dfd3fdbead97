-- month: the posts that were uploaded in a month; without a date they are in none.
select year(created_at) as year, month(created_at) as month, count(*) as posts
from posts
where isfinite(created_at)
group by all
order by all
