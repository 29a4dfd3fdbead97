-- tags: the tags of some categories with at least some posts, most used first.
-- If posts are not counted, the rank decides.
select *
from tags
where
    ($categories is null or list_contains($categories::utinyint[], category))
    and ($min_posts <= 0 or coalesce(post_count >= $min_posts, tag_id < $rank_limit))
order by tag_id
