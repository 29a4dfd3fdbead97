-- lost_row: an entry of a file that is not used, and why: its name is already that of another tag.
-- e6db writes such entries for an alias of an alias, and gives posts the tags of both.
-- input: listed_implications (index/tables.py)
-- input: listed_spellings (index/tables.py)
-- temporary: not in the finished database
create temp table lost_row as
select
    'tag2idx.json.gz' as file_name,
    listed_spellings.spelling as content,
    'it is the name of a tag, but is listed as an alias of another' as reason,
from listed_spellings
join ranked_tag as named on named.name = listed_spellings.spelling
where named.tag_id <> listed_spellings.tag_id
union all
select distinct
    'implications_rej.json.gz',
    listed_implications.antecedent_name,
    'it is listed as too rare for an id, but it has one',
from listed_implications
where
    listed_implications.antecedent_name in (select spelling from listed_spellings)
    or listed_implications.antecedent_name in (select name from ranked_tag);
