-- tag_row: a well-formed row of the tags export, numbered in the order of the file.
-- input: tags_csv (builder/inputs.py)
-- temporary: not in the finished database
create temp view tag_row as
select
    record,
    name,
    coalesce(category, 0) as category,
    post_count as site_post_count,
from tags_csv;
