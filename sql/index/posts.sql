-- posts: the rows of posts.parquet, but for stripped_tags, which the difference of two lists gives.
-- fit keeps a number within the bounds of its column.
select
    fit(id, 0, 4294967295)::uinteger as id,
    fit(uploader_id, 0, 4294967295)::uinteger as uploader_id,
    created_at,
    unhex(md5) as md5,
    rating,
    fit(image_width, 0, 65535)::usmallint as image_width,
    fit(image_height, 0, 65535)::usmallint as image_height,
    fit(fav_count, 0, 65535)::usmallint as fav_count,
    file_ext,
    fit(file_size, 0, 4294967295)::uinteger as file_size,
    fit(comment_count, 0, 65535)::usmallint as comment_count,
    fit(score, -32768, 32767)::smallint as score,
    fit(up_score, 0, 65535)::usmallint as up_score,
    -- e6db counts votes against a post upwards from 0.
    fit(-down_score, 0, 65535)::usmallint as down_score,
    implied_ids as implied_tags,
    tag_ids,
from posts
