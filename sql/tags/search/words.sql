-- words: the tags that hold all words in their name or an alias, or are spelt much like them.
-- Closeness is 1 for the name itself, else the share of the letters that both have. A tag ten
-- thousand times as used may be a fifth less close. Where posts are not counted, the rank tells.
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
    select
        known.*,
        case
            when spelling = $spelling then 1
            when len(list_filter($words::varchar[], lambda word: not contains(spelling, word))) = 0
                then least(length($spelling) / length(spelling), 0.99)
            -- What is near by its spelling is known by its tag alone.
            when list_contains($near::varchar[], name)
                then 1 - damerau_levenshtein(spelling, $spelling)
                    / greatest(length(spelling), length($spelling))
        end as closeness,
    from known
    where
        ($categories is null or list_contains($categories::utinyint[], category))
        and ($min_posts = 0 or coalesce(post_count >= $min_posts, tag_id < $rank_limit))
),
best as (
    select *
    from fitting
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
