-- ranked_tag: a name with enough posts for an id: its rank, ties broken by name in byte order.
create temp table ranked_tag as
select
    (row_number() over (order by name_use.post_count desc, name_use.name) - 1)::uinteger as tag_id,
    name_use.name_id,
    name_use.name,
    -- A tag that is not in the export of tags is general.
    coalesce(tag_source.category, 0)::utinyint as category,
    name_use.post_count,
    tag_source.site_post_count,
from name_use
left join tag_source on tag_source.name = name_use.name
where name_use.post_count >= getvariable('min_posts');
