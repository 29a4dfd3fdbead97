-- name_use: a name after aliases, and the number of kept posts that have it.
-- counted_names is made while post_row is read, once and for all; name_id numbers the names as met.
create temp table name_use as
select name_id, name, post_count
from counted_names;
