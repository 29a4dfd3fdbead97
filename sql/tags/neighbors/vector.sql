-- vector: the vector of a tag, as training made it.
create temp view vector as
select tag_id, factors
from tag_factors
