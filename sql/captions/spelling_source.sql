-- spelling_source: a name or an alias, from which spellings are made, with its tag.
create or replace temp view spelling_source as
select known_tag.name as own_name, known_tag.*, false as is_alias
from known_tag
union all
select tag_aliases.antecedent_name, known_tag.*, true
from tag_aliases
join known_tag on known_tag.name = tag_aliases.consequent_name;
