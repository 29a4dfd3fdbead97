-- neighbor: one of the tags with the best scores for a query, with its rank.
create temp table neighbor as
select
    query_number,
    tag_id,
    score,
    row_number() over (partition by query_number order by score desc, tag_id) as rank,
from score
where $min_score is null or score >= $min_score
qualify rank <= $count
