-- posts: a kept post, its names turned into tag ids.
-- encoded_posts is made from what name_use left on disk, ranked_tag and name_implied.
create table posts as
select columns(lambda column_name: not list_contains(getvariable('left_out'), column_name))
from encoded_posts;

comment on table posts is 'A kept post of the export, in its order';
comment on column posts.id is 'Id on the site';
comment on column posts.md5 is 'MD5 of the file in hexadecimal; null where the export has none';
comment on column posts.rating is 's (safe), q (questionable) or e (explicit)';
comment on column posts.tag_ids is 'Its tags that have an id and all that its tags imply, ascending';
comment on column posts.implied_ids is 'The part of tag_ids that other tags of the post imply, ascending';
