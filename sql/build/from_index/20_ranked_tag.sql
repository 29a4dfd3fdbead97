-- ranked_tag: a tag of tags.txt.gz, its place there being its id.
create temp table ranked_tag as
select tag_id, name, category, post_count, null::bigint as site_post_count
from listed_tags;
