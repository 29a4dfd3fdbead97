-- known: the tag that a text names, itself or by an alias; a ranked tag goes before a rare one.
-- First a name as it stands, then the site's spelling (small letters), then any capitals: as in
-- tag_id().
with asked as materialized (
    select distinct
        unnest($texts::varchar[]) as text,
        replace(trim(text), ' ', '_') as name,
        [text, name, lower(name)] as spellings,
),
known as not materialized (
    select name as spelling, name, null::varchar as alias
    from tags
    union all
    select name, name, null
    from rare_tags
    union all
    select antecedent_name, consequent_name, antecedent_name
    from tag_aliases
),
-- IN makes the planner search the names for the texts; a join would do it the other way round.
usual as materialized (
    select *
    from known
    where spelling in (select unnest(asked.spellings) from asked)
),
missing as materialized (
    select asked.text, lower(asked.name) as spelling
    from asked
    where not exists (
        from usual
        where usual.spelling in (asked.text, asked.name, lower(asked.name))
    )
),
-- To lower all names takes long, and is not done where nothing is missing.
other as materialized (
    select *
    from known
    where lower(spelling) in (select missing.spelling from missing)
),
reading as (
    select
        asked.text,
        usual.name,
        usual.alias,
        usual.spelling not in (asked.text, asked.name) as is_lowered,
    from asked
    join usual on usual.spelling in (asked.text, asked.name, lower(asked.name))
    union all
    select missing.text, other.name, other.alias, false
    from missing
    join other on lower(other.spelling) = missing.spelling
),
tag as not materialized (
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
    order by
        reading.is_lowered,
        tag.tag_id is null,
        tag.tag_id,
        reading.alias is not null,
        tag.name
) = 1
