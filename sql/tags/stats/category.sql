-- category: the tags of a category, those with an id and those too rare for one, and their uses.
select
    categories.name as category,
    count(known.tag_id) as tags,
    count(*) - count(known.tag_id) as rare_tags,
    (sum(known.post_count) filter (known.tag_id is not null))::bigint as uses,
from known_names as known
join categories on categories.category = known.category
where not known.is_alias
group by categories.name
order by tags desc, rare_tags desc, categories.name
