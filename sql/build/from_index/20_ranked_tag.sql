-- ranked_tag: a tag of tags.txt.gz; its id is its place in the file, from 0.
-- input: listed_tags (index/tables.py)
-- temporary: not in the finished database
create temp table ranked_tag as
select tag_id, name, category, post_count, null::bigint as site_post_count
from listed_tags;
