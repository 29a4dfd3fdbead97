-- score: how much a query and a tag have to do with each other, by the posts that hold both.
-- A query is the set of posts that hold its terms, and none of those that are subtracted.
create temp table score as
with query as (
    select
        query_number,
        list(tag_id) filter (sign > 0) as wanted,
        coalesce(list(tag_id) filter (sign < 0), []) as unwanted,
    from term
    group by query_number
),
mine as (
    select query.query_number, posts.tag_ids
    from posts
    cross join query
    -- The cheap test first, and for most queries alone: to compare lists takes fifty times as long.
    where
        case
            when not list_contains(posts.tag_ids, query.wanted[1]) then false
            when len(query.wanted) + len(query.unwanted) = 1 then true
            else
                list_has_all(posts.tag_ids, query.wanted)
                and not list_has_any(posts.tag_ids, query.unwanted)
        end
),
size as (
    select query_number, count(*)::double as post_count
    from mine
    group by query_number
),
shared as (
    select held.query_number, held.tag_id, count(*) as common_count
    from (select query_number, unnest(tag_ids) as tag_id from mine) as held
    group by held.query_number, held.tag_id
)
select
    shared.query_number,
    shared.tag_id,
    case $measure
        when 'cosine' then shared.common_count / sqrt(size.post_count * tags.tagged_count)
        when 'jaccard'
            then shared.common_count / (size.post_count + tags.tagged_count - shared.common_count)
        when 'lift'
            then shared.common_count * (select count(*) from posts)::double
                / (size.post_count * tags.tagged_count)
    end as score,
from shared
semi join candidate on candidate.tag_id = shared.tag_id
join size on size.query_number = shared.query_number
join tags on tags.tag_id = shared.tag_id
-- Chance alone gives two rare tags with one common post a high lift.
where $measure <> 'lift' or shared.common_count >= $least_common
