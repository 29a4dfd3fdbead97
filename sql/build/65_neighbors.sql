-- neighbors: the tags whose vectors are most similar to the vector of a tag.
create macro neighbors(tag_name, k := 10, category := null, min_posts := 100) as table
with wanted as (
    select categories.category as wanted_id
    from categories
    where lower(category::varchar) in (categories.name, categories.category::varchar)
        or list_contains(categories.short_names, lower(category::varchar))
)
select
    tags.tag_id,
    tags.name,
    tags.category_name,
    tags.post_count,
    array_cosine_similarity(other.factors, mine.factors) as score,
from tag_factors as mine
join tag_factors as other on other.tag_id <> mine.tag_id
join tags on tags.tag_id = other.tag_id
where
    mine.tag_id = tag_id(tag_name)
    and tags.post_count >= min_posts
    and (category is null or tags.category in (select wanted_id from wanted))
order by score desc, tags.tag_id
limit k;

comment on macro table neighbors is 'The tags most similar to a tag by their vectors: from neighbors(''fox'', k := 10, category := ''species'', min_posts := 100)';
