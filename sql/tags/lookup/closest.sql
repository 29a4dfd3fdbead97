-- closest: the known tags that are spelt much like a text; an alias stands for its tag.
-- A tag that is far is worse than none. So one edit in four bytes is near, at least one and at most
-- three; words are compared with words, which leaves "pole" far from "belt" whatever stands before;
-- and slips spare the first letter, or swap it: "rose" is no "nose". A qualifier such as "_(flower)"
-- is one edit. A tag ten thousand times as used may be one edit further off.
with asked as (
    select distinct
        unnest($texts::varchar[]) as text,
        -- Captions escape parentheses.
        regexp_replace(replace(lower(trim(text)), ' ', '_'), '\\([()])', '\1', 'g') as spelling,
        regexp_replace(spelling, '_\([^()]*\)$', '') as base,
        if(strlen(spelling) < 2, 0, least(greatest(strlen(spelling) // 4, 1), 3)) as most_edits,
        len(list_distinct(string_split(spelling, ''))) as letter_count,
        -- How alike the sets of bytes are after so many edits, at the least.
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
compared as (
    select
        opening.text,
        opening.spelling as asked_spelling,
        opening.most_edits,
        known.spelling,
        known.name,
        coalesce(known.post_count, 0) as post_count,
        -- The cheap tests first, in an order that the optimizer cannot change.
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
    join known on known.spelling[1] = opening.letter
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
