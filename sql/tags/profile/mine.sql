-- mine: a post of the tag.
create or replace temp table mine as
select created_at, tag_ids
from posts
where list_contains(tag_ids, $tag_id)
