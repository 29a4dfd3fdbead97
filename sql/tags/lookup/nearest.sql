-- nearest: the known tags whose spelling is closest to a text that a user typed; an alias counts for its tag.
-- The limits are loose, as a user can ignore a suggestion: two edits, or one for each four bytes of a
-- longer text, up to four; one for a text of two or three bytes. Ten thousand times as many posts
-- outweigh an edit.
with asked as (
    select distinct
        unnest($texts::varchar[]) as text,
        replace(lower(trim(text)), ' ', '_') as spelling,
        least(greatest(strlen(spelling) // 4, 2), 4, strlen(spelling) // 2) as most_edits,
        len(list_distinct(string_split(spelling, ''))) as letter_count,
        -- The least similarity of the sets of bytes after that many edits.
        if(
            strlen(spelling) = length(spelling),
            (letter_count - most_edits) / (letter_count + most_edits),
            0
        ) as least_likeness,
),
near as (
    select
        asked.text,
        asked.most_edits,
        known.spelling,
        known.name,
        coalesce(known.post_count, 0) as post_count,
        -- Cheap tests come first; the optimizer cannot reorder a CASE.
        case
            when abs(strlen(known.spelling) - strlen(asked.spelling)) > asked.most_edits then null
            when known.spelling = '' then null
            when jaccard(known.spelling, asked.spelling) < asked.least_likeness then null
            else damerau_levenshtein(known.spelling, asked.spelling)
        end as edits,
    from asked
    join known_names as known on true
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
