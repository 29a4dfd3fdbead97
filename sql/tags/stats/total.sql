-- total: one row: the numbers of posts, tags and so on, and dates.
-- common_tags: the number of most used tags that account for half of all uses.
with cumulated as (
    select
        tag_id + 1 as rank,
        sum(post_count) over (order by tag_id) as uses,
        sum(post_count) over () as all_uses,
    from tags
),
pair as (
    select depth from tag_implications
    union all
    select depth from rare_tag_implications
)
select
    (select count(*) from posts) as posts,
    (select count(*) from tags) as tags,
    (select count(*) from rare_tags) as rare_tags,
    (select count(*) from tag_aliases) as aliases,
    (select count(*) from pair where depth = 1) as direct_implications,
    (select count(*) from pair) as implications,
    (select count(*) from tag_factors) as vectors,
    (select sum(post_count)::bigint from tags) as uses,
    (select min(rank)::bigint from cumulated where uses * 2 >= all_uses) as common_tags,
    (select value from build_info where name = 'built_at') as built_at,
    (select max(file_date)::varchar from build_sources) as export_date
