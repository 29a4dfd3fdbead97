-- suffixed_tag: a tag whose name ends in something in parentheses, with its name without that.
create or replace temp view suffixed_tag as
select known_tag.*, regexp_replace(known_tag.name, '_\([^)]+\)$', '') as stem
from known_tag
-- The first two conditions are cheaper and drop most names.
where suffix(known_tag.name, ')')
    and contains(known_tag.name, '_(')
    and regexp_matches(known_tag.name, '_\([^)]+\)$');
