-- tags_of_post: the tags of a post, direct ones first.
-- $id: id of the post on the site
select tags.name, tags.category_name, tags.post_count, post_tags.is_implied
from post_tags
join tags on tags.tag_id = post_tags.tag_id
where post_tags.post_id = $id::bigint
order by post_tags.is_implied, tags.category_name, tags.name
