-- words: the tags that contain all words in their name or an alias, or have a similar spelling.
-- Closeness is 1 for the name itself, otherwise the share of letters in common. Ten thousand times as
-- many posts outweigh a fifth of closeness. If posts are not counted, the rank decides.
with matching as (
    select
        spelling,
        name,
        category,
        post_count,
        tag_id,
        case
            when spelling = $spelling then 1
            when len(list_filter($words::varchar[], lambda word: not contains(spelling, word))) = 0
                then least(length($spelling) / length(spelling), 0.99)
            -- Of a tag that is spelt alike, only the name is known, not the alias.
            when list_contains($near::varchar[], name)
                then 1 - damerau_levenshtein(spelling, $spelling)
                    / greatest(length(spelling), length($spelling))
        end as closeness,
    from known_names
    where
        -- Aliases of rare tags are not searched.
        not (is_alias and tag_id is null)
        and ($categories is null or list_contains($categories::utinyint[], category))
        and ($min_posts = 0 or coalesce(post_count >= $min_posts, tag_id < $rank_limit))
),
best as (
    select *
    from matching
    where closeness > 0.5 or (closeness > 0 and not list_contains($near::varchar[], name))
    qualify row_number() over (
        partition by name order by closeness desc, spelling <> name, spelling
    ) = 1
)
select
    best.name as tag,
    categories.name as category,
    best.post_count as posts,
    nullif(best.spelling, best.name) as alias,
    round(best.closeness, 2) as closeness,
from best
left join categories on categories.category = best.category
order by
    best.closeness = 1 desc,
    best.closeness + log10(1 + coalesce(best.post_count, 0)) / 20 desc,
    best.tag_id nulls last,
    best.name
limit $count
