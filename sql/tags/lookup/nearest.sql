-- nearest: the known tags that are spelt most like a text that somebody typed; an alias stands for
-- its tag. One that is far is easily passed over by who asked.
-- A tag ten thousand times as used may be one edit further off. Near are two edits, or one in four
-- bytes of a longer text, up to four; of a text of two or three bytes, one.
with asked as (
    select distinct
        unnest($texts::varchar[]) as text,
        replace(lower(trim(text)), ' ', '_') as spelling,
        least(greatest(strlen(spelling) // 4, 2), 4, strlen(spelling) // 2) as most_edits,
        len(list_distinct(string_split(spelling, ''))) as letter_count,
        -- How alike the sets of bytes are after so many edits, at the least.
        if(
            strlen(spelling) = length(spelling),
            (letter_count - most_edits) / (letter_count + most_edits),
            0
        ) as least_likeness,
),
known as (
    select name as spelling, name, post_count
    from tags
    union all
    select name, name, post_count
    from rare_tags
    union all
    select tag_aliases.antecedent_name, tag_aliases.consequent_name, tags.post_count
    from tag_aliases
    left join tags on tags.tag_id = tag_aliases.tag_id
),
near as (
    select
        asked.text,
        asked.most_edits,
        known.spelling,
        known.name,
        coalesce(known.post_count, 0) as post_count,
        -- The cheap tests first, in an order that the optimizer cannot change.
        case
            when abs(strlen(known.spelling) - strlen(asked.spelling)) > asked.most_edits then null
            when known.spelling = '' then null
            when jaccard(known.spelling, asked.spelling) < asked.least_likeness then null
            else damerau_levenshtein(known.spelling, asked.spelling)
        end as edits,
    from asked
    join known on true
    where edits <= asked.most_edits
),
weighed as (
    select
        text,
        name,
        min(edits - log10(1 + post_count) / 4) as cost,
        nullif(first(spelling order by edits, spelling <> name, spelling), name) as alias,
    from near
    group by text, name
)
select text, name, alias
from weighed
qualify row_number() over (partition by text order by cost, name) <= $count
order by text, cost, name
