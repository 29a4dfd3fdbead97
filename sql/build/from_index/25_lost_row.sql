-- lost_row: an entry of a file that is not used, with the reason: a name means one tag.
-- e6db makes such where an alias leads to an alias, and gives posts the tags of both.
create temp table lost_row as
select
    'tag2idx.json.gz' as file_name,
    listed_spellings.spelling as content,
    'it is the name of a tag, and leads to another' as reason,
from listed_spellings
join ranked_tag as named on named.name = listed_spellings.spelling
where named.tag_id <> listed_spellings.tag_id
union all
select distinct
    'implications_rej.json.gz',
    listed_implications.antecedent_name,
    'it is said to be too rare for an id, and has one',
from listed_implications
where
    listed_implications.antecedent_name in (select spelling from listed_spellings)
    or listed_implications.antecedent_name in (select name from ranked_tag);
