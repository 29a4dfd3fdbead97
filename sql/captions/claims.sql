-- claims: what a spelling may mean: a tag by its name, by an alias, or by a spelling made of a name.
-- $spellings: those asked for
-- Of several tags that a made spelling fits, the most used one claims it; by an alias, the last.
-- Aliases, and the names of tags too rare for an id, make only spellings that say more than they do:
-- else the many that nobody has heard of would take words that are meant as words.
with asked as (
    select distinct unnest($spellings::varchar[]) as spelling
),
source as (
    select name as own_name, known_tag.*, tag_id is not null as is_short, false as is_alias
    from known_tag
    union all
    select tag_aliases.antecedent_name, known_tag.*, false, true
    from tag_aliases
    join known_tag on known_tag.name = tag_aliases.consequent_name
),
suffixed as (
    select *, regexp_replace(name, '_\([^)]+\)$', '') as stem
    from known_tag
    where suffix(name, ')') and contains(name, '_(') and regexp_matches(name, '_\([^)]+\)$')
),
-- The names whose tag has a spelling, where the spelling tells the name.
made(spelling, name, categories, is_bare) as (
    select
        asked.spelling,
        unnest([
            regexp_replace(asked.spelling, '^by_', ''),
            'by_' || regexp_replace(asked.spelling, '^by_', ''),
        ]),
        [1],
        false,
    from asked
    union all
    select
        asked.spelling,
        unnest([
            regexp_replace(asked.spelling[:-10], '^by_', ''),
            'by_' || regexp_replace(asked.spelling[:-10], '^by_', ''),
        ]),
        [1],
        true,
    from asked
    where suffix(asked.spelling, '_(artist)')
    union all
    select
        asked.spelling,
        asked.spelling[:-(length(categories.name) + 4)],
        [categories.category],
        true,
    from asked
    join categories on suffix(asked.spelling, concat('_(', categories.name, ')'))
    where categories.name in ('character', 'lore', 'species', 'copyright')
),
fitting(spelling, name, tag_id, category, use_count, is_alias) as (
    select made.spelling, source.* exclude (own_name, is_short)
    from made
    join source on source.own_name = made.name
    where
        list_contains(made.categories, source.category)
        and not (made.is_bare and regexp_matches(source.own_name, '_\([^)]+\)$'))
        and (source.is_short or strlen(made.spelling) > strlen(source.own_name))
    union all
    select asked.spelling, suffixed.* exclude (stem), false
    from suffixed
    join asked on asked.spelling = suffixed.stem
    where suffixed.tag_id is not null
    union all
    select made.spelling, suffixed.* exclude (stem), false
    from suffixed
    join made on made.name = suffixed.stem and not made.is_bare
    where
        suffixed.category = 1
        and (suffixed.tag_id is not null or starts_with(made.spelling, 'by_'))
    union all
    select asked.spelling, known_tag.*, false
    from known_tag
    join asked on asked.spelling = replace(known_tag.name, ':', '_')
    where contains(known_tag.name, ':')
),
claim as (
    select asked.spelling, 'name' as kind, known_tag.*, false as is_alias
    from asked
    join known_tag on known_tag.name = asked.spelling
    union all
    select asked.spelling, 'alias', known_tag.*, false
    from asked
    join tag_aliases on tag_aliases.antecedent_name = asked.spelling
    join known_tag on known_tag.name = tag_aliases.consequent_name
    union all
    select spelling, 'spelling', name, tag_id, category, use_count, is_alias
    from fitting
    where spelling <> name
)
select spelling, kind, name, tag_id, category, use_count
from claim
-- A name that holds what separates the pieces of a caption cannot stand in one.
where not regexp_matches(name, '[,\n]|\|\|\||;;;')
qualify row_number() over (
    partition by spelling, kind order by is_alias, tag_id nulls last, use_count desc, name
) = 1
