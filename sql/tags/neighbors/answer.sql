-- answer: the neighbors of each query, best first.
select
    $labels[neighbor.query_number] as query,
    neighbor.rank::uinteger as rank,
    tags.name as tag,
    tags.category_name as category,
    tags.post_count as posts,
    -- A DOUBLE that prints like the FLOAT.
    neighbor.score::float::varchar::double as score,
from neighbor
join tags on tags.tag_id = neighbor.tag_id
order by neighbor.query_number, neighbor.rank
