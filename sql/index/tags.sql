-- tags: the rows of tags.parquet.
select name as tag, post_count::uinteger as freq, category
from tags
order by tag_id
