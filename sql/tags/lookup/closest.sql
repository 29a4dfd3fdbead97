-- closest: the known tags whose spelling is close to a text; an alias counts for its tag.
-- A wrong suggestion is worse than none, so the limits are strict:
-- one edit for each four bytes, at least one and at most three;
-- word by word, so that "pole" is far from "belt" whatever the other words are;
-- the first letter stays or is swapped with the second, so that "rose" is not "nose".
-- A qualifier such as "_(flower)" counts as one edit. Ten thousand times as many posts outweigh an edit.
with asked as (
    select distinct
        unnest($texts::varchar[]) as text,
        -- Captions escape parentheses.
        regexp_replace(replace(lower(trim(text)), ' ', '_'), '\\([()])', '\1', 'g') as spelling,
        regexp_replace(spelling, '_\([^()]*\)$', '') as base,
        if(strlen(spelling) < 2, 0, least(greatest(strlen(spelling) // 4, 1), 3)) as most_edits,
        len(list_distinct(string_split(spelling, ''))) as letter_count,
        -- The least similarity of the sets of bytes after that many edits.
        if(
            strlen(spelling) = length(spelling),
            (letter_count - most_edits) / (letter_count + most_edits),
            0
        ) as least_likeness,
),
opening as (
    select *, unnest(list_distinct([spelling[1], spelling[2]])) as letter
    from asked
    where most_edits > 0
),
compared as (
    select
        opening.text,
        opening.spelling as asked_spelling,
        opening.most_edits,
        known.spelling,
        known.name,
        coalesce(known.post_count, 0) as post_count,
        -- Cheap tests come first; the optimizer cannot reorder a CASE.
        case
            when starts_with(known.spelling, opening.spelling || '_(') then 1
            when known.spelling = opening.spelling then 0
            when known.spelling = opening.base then 1
            when abs(strlen(known.spelling) - strlen(opening.spelling)) > opening.most_edits
                then null
            when jaccard(known.spelling, opening.spelling) < opening.least_likeness then null
            else damerau_levenshtein(known.spelling, opening.spelling)
        end as edits,
    from opening
    join known_names as known on known.spelling[1] = opening.letter
    where edits <= opening.most_edits
),
near as (
    select
        text,
        spelling,
        name,
        edits,
        post_count,
        list_zip(string_split(asked_spelling, '_'), string_split(spelling, '_')) as words,
    from compared
    where
        if(
            len(string_split(asked_spelling, '_')) <> len(string_split(spelling, '_')),
            edits <= 1,
            len(
                list_filter(
                    words,
                    lambda word: damerau_levenshtein(word[1], word[2])
                        > greatest(strlen(word[1]) // 3, 1)
                        or word[1][1] not in (word[2][1], word[2][2])
                        or word[2][1] not in (word[1][1], word[1][2])
                )
            ) = 0
        )
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
