-- source: the posts export of a database: its date, its newest post and how many posts were kept.
-- No row for a database that was imported from index files.
select
    build_sources.file_date,
    (select max(posts.created_at) from posts) as newest_post,
    build_sources.kept_count,
from build_sources
where build_sources.table_name = 'posts'
