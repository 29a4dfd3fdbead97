-- posts: a kept post, its names turned into tag ids.
-- encoded_posts is made from what name_use left on disk, ranked_tag and name_implied.
create table posts as
select columns(lambda column_name: not list_contains(getvariable('left_out'), column_name))
from encoded_posts;

comment on table posts is 'A kept post of the export, in its order';
comment on column posts.id is 'Id on the site';
comment on column posts.uploader_id is 'The user who uploaded it';
comment on column posts.created_at is 'When it was uploaded, in UTC';
comment on column posts.rating is 's (safe), q (questionable) or e (explicit)';
comment on column posts.image_width is 'Width in pixels';
comment on column posts.image_height is 'Height in pixels';
comment on column posts.locked_tags is 'Tags that may not be added or removed, as the site writes them';
comment on column posts.fav_count is 'Users who have it among their favourites';
comment on column posts.file_ext is 'Kind of its file, such as jpg';
comment on column posts.parent_id is 'The post that it is a child of';
comment on column posts.change_seq is 'Number of its last change, counted over the whole site';
comment on column posts.approver_id is 'The user who approved it';
comment on column posts.file_size is 'Size of its file in bytes';
comment on column posts.comment_count is 'Comments on it';
comment on column posts.duration is 'Length of a video in seconds';
comment on column posts.updated_at is 'When it was last changed, in UTC';
comment on column posts.is_deleted is 'Whether it is deleted; such posts are kept only where asked for';
comment on column posts.is_pending is 'Whether it waits for approval';
comment on column posts.is_flagged is 'Whether it is flagged for deletion';
comment on column posts.score is 'Up votes less down votes';
comment on column posts.up_score is 'Up votes';
comment on column posts.down_score is 'Down votes, as a negative number';
comment on column posts.is_rating_locked is 'Whether its rating may not be changed';
comment on column posts.is_status_locked is 'Whether its status may not be changed';
comment on column posts.is_note_locked is 'Whether its notes may not be changed';
comment on column posts.bg_color is 'Colour behind a transparent image, in hexadecimal';
comment on column posts.last_noted_at is 'When its notes were last changed, in UTC';
comment on column posts.last_commented_at is 'When it was last commented on, in UTC';
comment on column posts.md5 is 'MD5 of its file in hexadecimal; null where the export has none';
comment on column posts.tag_ids is 'Its tags that have an id and all that its tags imply, ascending';
comment on column posts.implied_ids is 'The part of tag_ids that other tags of the post imply, ascending';
