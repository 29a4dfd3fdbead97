-- alias_end: an alias and its tag; a spelling that is not the name of a tag is an alias.
-- input: listed_spellings (index/tables.py)
-- temporary: not in the finished database
create temp table alias_end as
select
    listed_spellings.spelling as antecedent_name,
    ranked_tag.name as consequent_name,
from listed_spellings
join ranked_tag on ranked_tag.tag_id = listed_spellings.tag_id
anti join ranked_tag as named on named.name = listed_spellings.spelling;
