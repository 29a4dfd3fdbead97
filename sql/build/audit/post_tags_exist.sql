-- post_tags_exist: every id in posts is the id of a tag; ids are dense, so the highest one is enough.
select id
from posts
where greatest(list_max(tag_ids), list_max(implied_ids)) >= (select count(*) from tags)
