-- riser: a tag whose share of the posts rose most.
select name, category, rank_before, rank_after, posts_before, posts_after, growth
from tag_growth
where growth > 1
order by growth desc, rank_after nulls last, name
limit $count
