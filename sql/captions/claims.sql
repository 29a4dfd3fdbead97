-- claims: the tags that a spelling may mean: by name, by alias, or because it fits a name.
-- $spellings: the spellings to look up
with asked as (
    select distinct unnest($spellings::varchar[]) as spelling
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
    from fitting_tag(list_distinct($spellings::varchar[]))
)
select spelling, kind, name, tag_id, category, use_count
from claim
-- A name with a separator of pieces cannot be in a caption.
where not regexp_matches(name, '[,\n]|\|\|\||;;;')
-- The most used tag wins; a spelling that fits only an alias comes last.
qualify row_number() over (
    partition by spelling, kind order by is_alias, tag_id nulls last, use_count desc, name
) = 1
