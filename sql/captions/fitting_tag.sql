-- fitting_tag: the tags that spellings fit although they are neither a name nor an alias of theirs.
-- Aliases, and the names of tags too rare for an id, count only for spellings that are longer:
-- otherwise thousands of unknown tags would match ordinary words.
create or replace temp macro fitting_tag(spellings) as table
with spelled as (
    select unnest(spellings::varchar[]) as spelling
),
made as (
    from made_name(spellings)
),
fitting(spelling, name, tag_id, category, use_count, is_alias) as (
    -- by_ann for ann, judy_(character) for judy
    select made.spelling, source.* exclude (own_name)
    from made
    join spelling_source as source
        on source.own_name = made.name
        and source.category = made.category
    where not (made.is_bare and regexp_matches(source.own_name, '_\([^)]+\)$'))
        and (
            (source.tag_id is not null and not source.is_alias)
            or strlen(made.spelling) > strlen(source.own_name)
        )
    union all
    -- aurora for aurora_(zoo)
    select spelled.spelling, suffixed_tag.* exclude (stem), false
    from suffixed_tag
    join spelled on spelled.spelling = suffixed_tag.stem
    where suffixed_tag.tag_id is not null
    union all
    -- by_dusk for dusk_(artist)
    select made.spelling, suffixed_tag.* exclude (stem), false
    from suffixed_tag
    join made on made.name = suffixed_tag.stem and not made.is_bare
    where suffixed_tag.category = 1
        and (suffixed_tag.tag_id is not null or starts_with(made.spelling, 'by_'))
    union all
    -- 16_9 for 16:9
    select spelled.spelling, known_tag.*, false
    from known_tag
    join spelled on spelled.spelling = replace(known_tag.name, ':', '_')
    where contains(known_tag.name, ':')
)
select *
from fitting
where spelling <> name;
