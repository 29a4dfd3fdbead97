-- source: the posts export of a database: its date and its newest post.
-- No row for a database that was imported from index files.
select
    build_sources.file_date,
    (select max(posts.created_at)::date from posts) as newest_post,
from build_sources
where build_sources.table_name = 'posts'
