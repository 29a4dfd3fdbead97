-- score: the similarity of a query and a tag, by the posts that have both.
-- A query is the set of posts that have all its terms, and none of the subtracted ones.
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
    -- The cheap test comes first and is enough for most queries; comparing lists takes 50 times as long.
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
-- Two rare tags with one common post have a high lift by chance alone.
where $measure <> 'lift' or shared.common_count >= $least_common
