-- name_use: a name after aliases, and the number of kept posts that have it.
-- post_row is read only once, to make counted_names. name_id numbers the names in order of occurrence.
-- input: counted_names (builder/inputs.py)
-- temporary: not in the finished database
create temp table name_use as
select name_id, name, post_count
from counted_names;
