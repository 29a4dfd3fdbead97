-- tag_row: a well-formed row of the tags export, numbered in the order of the file.
create temp table tag_row as
select
    row_number() over () as record,
    name,
    coalesce(category, 0) as category,
    post_count as site_post_count,
from tags_csv;
