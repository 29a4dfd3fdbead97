-- pattern: the tags whose name, or an alias, fits a pattern with * and ?, most used first.
-- Where posts are not counted, the rank tells.
with known as (
    select name as spelling, name, category, post_count, tag_id
    from tags
    union all
    select name, name, category, post_count, null
    from rare_tags
    union all
    select tag_aliases.antecedent_name, tags.name, tags.category, tags.post_count, tags.tag_id
    from tag_aliases
    join tags on tags.tag_id = tag_aliases.tag_id
),
fitting as (
    select name, category, post_count, tag_id, list(spelling order by spelling) as spellings
    from known
    -- Glob itself takes [ and \ for more than letters.
    where spelling glob replace(replace($pattern, '\', '\\'), '[', '[[]')
    group by all
)
select
    fitting.name as tag,
    categories.name as category,
    fitting.post_count as posts,
    if(list_contains(fitting.spellings, fitting.name), null, fitting.spellings[1]) as alias,
from fitting
left join categories on categories.category = fitting.category
where
    ($categories is null or list_contains($categories::utinyint[], fitting.category))
    and (
        $min_posts = 0
        or coalesce(fitting.post_count >= $min_posts, fitting.tag_id < $rank_limit)
    )
order by fitting.tag_id nulls last, fitting.post_count desc, fitting.name
limit $count
