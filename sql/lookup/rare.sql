-- rare: the tag without an id that a text names, itself or by an alias.
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
)
select found.text, found.name, found.alias, null::uinteger as tag_id
from found
join rare_tags on rare_tags.name = found.name
qualify row_number() over (
    partition by found.text order by found.is_exact desc, found.alias is not null, found.name
) = 1
