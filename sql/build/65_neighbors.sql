-- neighbors: the tags whose vectors are most similar to the vector of a tag.
-- If no tag has its posts counted, e6db's curve gives the number of tags with min_posts or more. Its
-- constants are those of RANK_OF_POSTS in e6duck/index/ranks.py.
create macro neighbors(tag_name, k := 10, category := null, min_posts := 100) as table
with wanted as (
    select categories.category as wanted_id
    from categories
    where lower(category::varchar) in (categories.name, categories.category::varchar)
        or list_contains(categories.short_names, lower(category::varchar))
),
curve as (
    select
        ln(greatest(min_posts, 1)) as magnitude,
        floor(exp(
            12.1903
            - 7.57186
            * (0.0465456 * magnitude - 1.24326)
            * ln(greatest(1.13045 - 0.0720383 * magnitude, 1e-300))
        )) as rank_limit,
),
candidate as (
    select tags.tag_id
    from tags
    where
        coalesce(tags.post_count >= min_posts, tags.tag_id < (select rank_limit from curve))
        and (category is null or tags.category in (select wanted_id from wanted))
),
-- Without MATERIALIZED the planner compares all pairs of vectors before it looks for this one.
mine as materialized (
    select tag_factors.tag_id, tag_factors.factors
    from tag_factors
    where tag_factors.tag_id = tag_id(tag_name)
),
nearest as (
    select other.tag_id, array_cosine_similarity(other.factors, mine.factors) as score
    from tag_factors as other
    semi join candidate on candidate.tag_id = other.tag_id
    cross join mine
    -- A vector that is zero or not finite is similar to nothing.
    where other.tag_id <> mine.tag_id and isfinite(score)
    order by score desc, other.tag_id
    limit k
)
select tags.tag_id, tags.name, tags.category_name, tags.post_count, nearest.score
from nearest
join tags on tags.tag_id = nearest.tag_id
order by nearest.score desc, tags.tag_id;

comment on macro table neighbors is 'The tags most similar to a tag by their vectors: from neighbors(''fox'', k := 10, category := ''species'', min_posts := 100)';
