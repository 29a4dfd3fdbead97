-- posts: a kept post, with tag ids in place of names.
-- encoded_posts is made from what name_use left on disk, ranked_tag and name_implied.
create table posts as
select columns(lambda column_name: not list_contains(getvariable('left_out'), column_name))
from encoded_posts;

comment on table posts is 'A kept post, in the order of the export';
comment on column posts.id is 'Id on the site';
comment on column posts.uploader_id is 'The user who uploaded it';
comment on column posts.created_at is 'When it was uploaded, in UTC';
comment on column posts.rating is 's (safe), q (questionable) or e (explicit)';
comment on column posts.image_width is 'Width in pixels';
comment on column posts.image_height is 'Height in pixels';
comment on column posts.locked_tags is 'Tags that may not be added or removed, in the spelling of the site';
comment on column posts.fav_count is 'Number of users who marked it as a favorite';
comment on column posts.file_ext is 'File type, such as jpg';
comment on column posts.parent_id is 'Its parent post';
comment on column posts.change_seq is 'Number of its last change, counted over the whole site';
comment on column posts.approver_id is 'The user who approved it';
comment on column posts.file_size is 'Size of its file in bytes';
comment on column posts.comment_count is 'Comments on it';
comment on column posts.duration is 'Length of a video in seconds';
comment on column posts.updated_at is 'When it was last changed, in UTC';
comment on column posts.is_deleted is 'Whether it is deleted; such posts are kept only with --include-deleted';
comment on column posts.is_pending is 'Whether it waits for approval';
comment on column posts.is_flagged is 'Whether it is flagged for deletion';
comment on column posts.score is 'Up votes minus down votes';
comment on column posts.up_score is 'Up votes';
comment on column posts.down_score is 'Down votes, as a negative number';
comment on column posts.is_rating_locked is 'Whether its rating is locked';
comment on column posts.is_status_locked is 'Whether its status is locked';
comment on column posts.is_note_locked is 'Whether its notes are locked';
comment on column posts.bg_color is 'Color behind a transparent image, in hexadecimal';
comment on column posts.last_noted_at is 'When its notes were last changed, in UTC';
comment on column posts.last_commented_at is 'When it was last commented on, in UTC';
comment on column posts.md5 is 'MD5 of its file in hexadecimal; null if the export has none';
comment on column posts.tag_ids is 'Its tags that have an id, and all tags that they or its rare tags imply; ascending';
comment on column posts.implied_ids is 'The part of tag_ids that other tags of the post imply; ascending';
