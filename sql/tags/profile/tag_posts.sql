-- tag_posts: a post that has the tag.
create or replace temp table tag_posts as
select created_at, tag_ids
from posts
where list_contains(tag_ids, $tag_id)
