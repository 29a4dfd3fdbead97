-- vectors: a tag and its vector as text, most used first.
-- A vector that is zero or not finite cannot be compared, and is left out.
-- $separator: the text between two numbers.
select
    tags.name,
    tags.category_name,
    coalesce(tags.post_count::varchar, ''),
    array_to_string(tag_factors.factors::varchar[], $separator),
from tag_factors
join tags on tags.tag_id = tag_factors.tag_id
where isfinite(array_cosine_similarity(tag_factors.factors, tag_factors.factors))
order by tags.tag_id
