-- candidate: a tag that may be a neighbor: with enough posts, of a wanted category, not in a query.
-- If posts are not counted, the rank decides.
create temp table candidate as
select tag_id
from tags
where
    coalesce(post_count >= $min_posts, tag_id < $rank_limit)
    and ($categories is null or list_contains($categories::utinyint[], category))
    and tag_id not in (select term.tag_id from term)
