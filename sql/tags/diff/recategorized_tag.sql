-- recategorized_tag: a tag whose category changed.
-- Builds without posts are left out for rare tags: index files have no category for those.
select
    name,
    category_before as before,
    category_after as after,
    category_after as category,
    posts_before,
    posts_after,
from tag_pair
where
    was_known
    and is_known
    and category_before is distinct from category_after
    and (rank_before is not null or exists (from old.main.posts))
    and (rank_after is not null or exists (from posts))
order by posts_after desc nulls last, rank_after nulls last, name
