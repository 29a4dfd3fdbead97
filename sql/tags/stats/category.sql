-- category: the tags of a category, those with an id and those too rare for one, and their uses.
with known as (
    select category, post_count, true as is_ranked from tags
    union all
    select category, null, false from rare_tags
)
select
    categories.name as category,
    count(*) filter (known.is_ranked) as tags,
    count(*) filter (not known.is_ranked) as rare_tags,
    sum(known.post_count)::bigint as uses,
from known
join categories on categories.category = known.category
group by categories.name
order by tags desc, rare_tags desc, categories.name
