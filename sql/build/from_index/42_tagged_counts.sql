-- tagged_counts: a tag without its number of posts, which index files do not have.
-- temporary: not in the finished database
create temp table tagged_counts as
select tag_id, null::bigint as tagged_count
from ranked_tag;
