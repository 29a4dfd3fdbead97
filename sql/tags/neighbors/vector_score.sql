-- score: the cosine between a query and a tag, by their vectors.
-- A query is the sum of its terms' unit vectors, so the cosines of the terms add up.
create temp table score as
with part as (
    select term.query_number, term.tag_id, term.sign, vector.factors
    from term
    join vector on vector.tag_id = term.tag_id
),
query as (
    select
        part.query_number,
        sqrt(sum(
            part.sign
            * other.sign
            * if(
                part.tag_id = other.tag_id,
                1,
                array_cosine_similarity(part.factors, other.factors)::double
            )
        )) as size,
    from part
    join part as other on other.query_number = part.query_number
    group by part.query_number
),
summed as (
    select
        part.query_number,
        vector.tag_id,
        sum(part.sign * array_cosine_similarity(vector.factors, part.factors)::double) as cosine,
    from vector
    semi join candidate on candidate.tag_id = vector.tag_id
    cross join part
    group by part.query_number, vector.tag_id
)
select summed.query_number, summed.tag_id, summed.cosine / query.size as score
from summed
join query on query.query_number = summed.query_number
-- A vector that is zero or not finite is similar to nothing; nor is a query of length zero.
where isfinite(summed.cosine) and query.size > 1e-3
