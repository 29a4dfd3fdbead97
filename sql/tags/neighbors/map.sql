-- map: what a map shows: the query tags, then their neighbors closest to all queries.
-- A neighbor of one query is scored against each, with 0 if the two have no score.
with near as (
    -- Near one query is enough. Without $near, the neighbors were chosen by their score already.
    select neighbor.tag_id
    from neighbor
    qualify
        $near is null
        or neighbor.score > 0
        and neighbor.score
            >= $near * max(neighbor.score) over (partition by neighbor.query_number)
),
closest as (
    select
        score.tag_id,
        sum(score.score) / (select count(distinct query_number) from term) as score,
    from score
    where score.tag_id in (select near.tag_id from near)
    group by score.tag_id
    order by score desc, tag_id
    limit $count
),
spot as (
    select distinct tag_id, null::double as score, true as is_query
    from term
    where sign > 0
    union all
    select tag_id, score, false
    from closest
)
select
    tags.name as tag,
    tags.category_name as category,
    coalesce(tags.post_count, 0) as posts,
    spot.score,
    spot.is_query,
    spot.is_query or row_number() over (
        partition by spot.is_query order by spot.score desc, spot.tag_id
    ) <= $drawn_count as is_drawn,
    vector.factors,
from spot
join tags on tags.tag_id = spot.tag_id
join vector on vector.tag_id = spot.tag_id
order by spot.is_query desc, spot.score desc, spot.tag_id
