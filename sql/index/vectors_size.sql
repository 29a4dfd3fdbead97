-- vectors_size: the number of vectors that can be compared, and the number of factors.
select count(*), coalesce(max(len(tag_factors.factors)), 0)
from tag_factors
join tags on tags.tag_id = tag_factors.tag_id
where isfinite(array_cosine_similarity(tag_factors.factors, tag_factors.factors))
