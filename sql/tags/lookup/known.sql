-- known: the tag that a text names, itself or by an alias; a ranked tag comes before a rare one.
-- As in tag_id(): first a name as it stands, then the site's spelling (lower case), then any case.
with asked as materialized (
    select distinct
        unnest($texts::varchar[]) as text,
        replace(trim(text), ' ', '_') as name,
        [text, name, lower(name)] as spellings,
),
-- IN makes the planner search the names for the texts; a join would do it the other way round.
usual as materialized (
    select spelling, name, is_alias, tag_id
    from known_names
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
-- Lower-casing all names takes long; no row is read if nothing is missing.
other as materialized (
    select spelling, name, is_alias, tag_id
    from known_names
    where lower(spelling) in (select missing.spelling from missing)
),
reading as (
    select
        asked.text,
        usual.*,
        usual.spelling not in (asked.text, asked.name) as is_lowered,
    from asked
    join usual on usual.spelling in (asked.text, asked.name, lower(asked.name))
    union all
    select missing.text, other.*, false
    from missing
    join other on lower(other.spelling) = missing.spelling
)
select text, name, if(is_alias, spelling, null) as alias, tag_id
from reading
qualify row_number() over (
    partition by text order by is_lowered, tag_id is null, tag_id, is_alias, name
) = 1
