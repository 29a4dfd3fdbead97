-- faller: a tag whose share of the posts fell most.
select name, category, rank_before, rank_after, posts_before, posts_after, growth
from tag_growth
where growth < 1
order by growth, rank_before nulls last, name
limit $count
