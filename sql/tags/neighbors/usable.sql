-- usable: whether the vector of a tag can be compared: it is finite and not zero.
select tag_id, coalesce(isfinite(array_cosine_similarity(factors, factors)), false)
from tag_factors
where list_contains($tag_ids::uinteger[], tag_id)
