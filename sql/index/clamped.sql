-- clamped: how many numbers posts.parquet cannot hold as they are.
select coalesce(sum(
    misfit(id, 0, 4294967295)
    + misfit(uploader_id, 0, 4294967295)
    + misfit(image_width, 0, 65535)
    + misfit(image_height, 0, 65535)
    + misfit(fav_count, 0, 65535)
    + misfit(file_size, 0, 4294967295)
    + misfit(comment_count, 0, 65535)
    + misfit(score, -32768, 32767)
    + misfit(up_score, 0, 65535)
    + misfit(-down_score, 0, 65535)
), 0)
from posts
