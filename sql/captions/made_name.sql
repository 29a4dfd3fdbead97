-- made_name: the names of tags that spellings are made of: by_ann is made of ann, ann of by_ann,
-- judy_(character) of judy. Only tags of `categories` count.
-- is_bare: the spelling has a suffix in parentheses, and the name is what is left without it.
create or replace temp macro made_name(spellings) as table
with spelled as (
    select unnest(spellings::varchar[]) as spelling
),
-- Artists are spelled with and without by_, and with or without their category.
artist as (
    select spelling, regexp_replace(spelling, '^by_', '') as name, false as is_bare
    from spelled
    union all
    select
        spelling,
        regexp_replace(left(spelling, -length('_(artist)')), '^by_', ''),
        true,
    from spelled
    where suffix(spelling, '_(artist)')
),
-- Some other categories are spelled with and without their category.
categorized as (
    select
        spelled.spelling,
        left(spelled.spelling, -length(concat('_(', categories.name, ')'))) as name,
        categories.category,
    from spelled
    join categories on suffix(spelled.spelling, concat('_(', categories.name, ')'))
    where categories.name in ('character', 'lore', 'species', 'copyright')
)
select spelling, unnest([name, concat('by_', name)]) as name, 1 as category, is_bare
from artist
union all
select spelling, name, category, true
from categorized;
