-- top_tags: the most used tags of a category.
-- $category = general: name, short name or id of the category
-- $count = 20: maximum number of tags
select tags.name, tags.post_count, tags.tagged_count, tags.site_post_count
from tags
join categories on categories.category = tags.category
where
    lower($category) in (categories.name, categories.category::varchar)
    or list_contains(categories.short_names, lower($category))
order by tags.tag_id
limit $count::bigint
