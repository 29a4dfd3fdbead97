-- known: the tag that a text names, itself or by an alias; a ranked tag goes before a rare one.
-- A name that is known as it stands goes before the site's spelling of it, as in tag_id().
with asked as (
    select distinct unnest($texts::varchar[]) as text
),
spelling as (
    select text, text as name, true as is_exact
    from asked
    union all
    select text, replace(lower(trim(text)), ' ', '_'), false
    from asked
),
reading as (
    select text, is_exact, name, null::varchar as alias
    from spelling
    union all
    select
        spelling.text,
        spelling.is_exact,
        tag_aliases.consequent_name,
        tag_aliases.antecedent_name,
    from spelling
    join tag_aliases on tag_aliases.antecedent_name = spelling.name
),
tag as (
    select name, tag_id
    from tags
    union all
    select name, null
    from rare_tags
)
select reading.text, tag.name, reading.alias, tag.tag_id
from reading
join tag on tag.name = reading.name
qualify row_number() over (
    partition by reading.text
    order by tag.tag_id is null, is_exact desc, tag.tag_id, alias is not null, tag.name
) = 1
