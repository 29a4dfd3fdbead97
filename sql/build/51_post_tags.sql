-- post_tags: a tag of a post, direct or implied.
create view post_tags as
with held as (
    select posts.id as post_id, unnest(posts.tag_ids) as tag_id, posts.implied_ids
    from posts
)
select post_id, tag_id, list_contains(implied_ids, tag_id) as is_implied
from held;

comment on view post_tags is 'A tag of a post';
comment on column post_tags.post_id is 'The post, as posts.id';
comment on column post_tags.tag_id is 'The tag, as tags.tag_id';
comment on column post_tags.is_implied is 'Whether another tag of the post implies it';
