-- pools: a pool of the site: posts in an order.
-- PostgreSQL writes an array as {1,2,3}; what is no number in it is left out.
create table pools as
select
    id,
    name,
    created_at,
    updated_at,
    creator_id,
    description,
    is_active,
    category,
    list_filter(
        list_transform(
            string_split(trim(coalesce(post_ids, ''), '{}'), ','),
            lambda post_id: try_cast(post_id as bigint)
        ),
        lambda post_id: post_id is not null
    ) as post_ids,
from pools_used
order by id;

comment on table pools is 'A pool: an ordered list of posts; exists only if the file was in the folder';
comment on column pools.id is 'Id on the site';
comment on column pools.name is 'Name, with _ in place of spaces';
comment on column pools.created_at is 'When it was made, in UTC';
comment on column pools.updated_at is 'When it was last changed, in UTC';
comment on column pools.creator_id is 'The user who made it';
comment on column pools.description is 'Description, in the markup of the site';
comment on column pools.is_active is 'Whether posts may still be added';
comment on column pools.category is 'series or collection';
comment on column pools.post_ids is 'Its posts in order, as posts.id; they need not be kept posts';
