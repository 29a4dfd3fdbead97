-- candidates: the five likeliest tags that an ambiguous spelling may mean, most used first.
-- $spellings: the ambiguous spellings
with asked as (
    select
        spelling,
        regexp_replace(
            coalesce(tag_aliases.consequent_name, spelling), '_\(disambiguation\)$', ''
        ) as stem,
    from (select distinct unnest($spellings::varchar[]) as spelling)
    left join tag_aliases on tag_aliases.antecedent_name = spelling
),
near as (
    select
        asked.spelling,
        known_tag.name,
        known_tag.use_count,
        known_tag.tag_id,
        -- The stem with a suffix in parentheses is likelier than a name that only begins with it.
        contains(known_tag.name, '_(') as is_suffixed,
    from asked
    join known_tag
        on starts_with(known_tag.name, concat(asked.stem, '_'))
        or starts_with(known_tag.name, concat(asked.spelling, '_'))
    where not suffix(known_tag.name, '_(disambiguation)') and known_tag.name <> 'invalid_tag'
)
select spelling, name
from near
qualify row_number() over (
    partition by spelling order by is_suffixed desc, tag_id nulls last, use_count desc, name
) <= 5
order by spelling, is_suffixed desc, tag_id nulls last, use_count desc, name
