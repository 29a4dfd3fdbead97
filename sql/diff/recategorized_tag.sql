-- recategorized_tag: a tag that has another category now.
select
    name,
    category_before as before,
    category_after as after,
    category_after as category,
    posts_before,
    posts_after,
from tag_pair
where was_known and is_known and category_before is distinct from category_after
order by posts_after desc nulls last, rank_after nulls last, name
