-- tagged_counts: how many posts hold a tag, which nobody knows here.
create temp table tagged_counts as
select tag_id, null::bigint as tagged_count
from ranked_tag;
