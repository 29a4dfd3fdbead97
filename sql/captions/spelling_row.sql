-- spelling_row: a text that leads to a tag, and in which way (kind): by its name, by an alias, by
-- its name without something in parentheses at the end (stem), or with _ for its colons (colon).
create or replace temp view spelling_row as
with row_of_kind as (
    select name as spelling, 'name' as kind, known_tag.*
    from known_tag
    union all
    select tag_aliases.antecedent_name, 'alias', known_tag.*
    from tag_aliases
    join known_tag on known_tag.name = tag_aliases.consequent_name
    union all
    -- aurora for aurora_(zoo)
    select regexp_replace(name, '_\([^)]+\)$', ''), 'stem', known_tag.*
    from known_tag
    -- The first two conditions are cheaper and drop most names.
    where suffix(name, ')')
        and contains(name, '_(')
        and regexp_matches(name, '_\([^)]+\)$')
    union all
    -- 16_9 for 16:9
    select replace(name, ':', '_'), 'colon', known_tag.*
    from known_tag
    where contains(name, ':')
)
from row_of_kind
-- A name with a separator of pieces cannot be in a caption.
where not (
    contains(name, ',') or contains(name, chr(10)) or contains(name, '|||') or contains(name, ';;;')
);
