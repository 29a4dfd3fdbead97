-- known: the ranked tag that a text names, itself or by an alias.
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
found as (
    select spelling.text, spelling.is_exact, tags.tag_id, tags.name, null::varchar as alias
    from spelling
    join tags on tags.name = spelling.name
    union all
    select
        spelling.text,
        spelling.is_exact,
        tag_aliases.tag_id,
        tag_aliases.consequent_name,
        tag_aliases.antecedent_name,
    from spelling
    join tag_aliases on tag_aliases.antecedent_name = spelling.name
    where tag_aliases.tag_id is not null
)
select text, name, alias, tag_id
from found
qualify row_number() over (partition by text order by is_exact desc, tag_id) = 1
