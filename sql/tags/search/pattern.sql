-- pattern: the tags whose name, or an alias, matches a pattern with * and ?, most used first.
-- If posts are not counted, the rank decides.
with matching as (
    select name, category, post_count, tag_id, list(spelling order by spelling) as spellings
    from known_names
    where
        -- Aliases of rare tags are not searched.
        not (is_alias and tag_id is null)
        -- To GLOB, [ and \ are more than letters.
        and spelling glob replace(replace($pattern, '\', '\\'), '[', '[[]')
    group by all
)
select
    matching.name as tag,
    categories.name as category,
    matching.post_count as posts,
    if(list_contains(matching.spellings, matching.name), null, matching.spellings[1]) as alias,
from matching
left join categories on categories.category = matching.category
where
    ($categories is null or list_contains($categories::utinyint[], matching.category))
    and (
        $min_posts = 0
        or coalesce(matching.post_count >= $min_posts, matching.tag_id < $rank_limit)
    )
order by matching.tag_id nulls last, matching.post_count desc, matching.name
limit $count
