-- posts: the rows of posts.parquet, with tag_ids in place of stripped_tags, which Python makes.
-- clamp keeps a number within the bounds of its column.
select
    clamp(id, 0, 4294967295)::uinteger as id,
    clamp(uploader_id, 0, 4294967295)::uinteger as uploader_id,
    created_at,
    unhex(md5) as md5,
    rating,
    clamp(image_width, 0, 65535)::usmallint as image_width,
    clamp(image_height, 0, 65535)::usmallint as image_height,
    clamp(fav_count, 0, 65535)::usmallint as fav_count,
    file_ext,
    clamp(file_size, 0, 4294967295)::uinteger as file_size,
    clamp(comment_count, 0, 65535)::usmallint as comment_count,
    clamp(score, -32768, 32767)::smallint as score,
    clamp(up_score, 0, 65535)::usmallint as up_score,
    -- e6db counts votes against a post upwards from 0.
    clamp(-down_score, 0, 65535)::usmallint as down_score,
    implied_ids as implied_tags,
    tag_ids,
from posts
