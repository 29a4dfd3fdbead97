-- clamped: the number of values in posts that clamp changes for posts.parquet.
select coalesce(sum(
    (id is distinct from clamp(id, 0, 4294967295))::integer
    + (uploader_id is distinct from clamp(uploader_id, 0, 4294967295))::integer
    + (image_width is distinct from clamp(image_width, 0, 65535))::integer
    + (image_height is distinct from clamp(image_height, 0, 65535))::integer
    + (fav_count is distinct from clamp(fav_count, 0, 65535))::integer
    + (file_size is distinct from clamp(file_size, 0, 4294967295))::integer
    + (comment_count is distinct from clamp(comment_count, 0, 65535))::integer
    + (score is distinct from clamp(score, -32768, 32767))::integer
    + (up_score is distinct from clamp(up_score, 0, 65535))::integer
    + (-down_score is distinct from clamp(-down_score, 0, 65535))::integer
), 0)
from posts
