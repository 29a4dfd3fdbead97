-- listed_pair: a name and another name that it implies, according to the files.
-- input: listed_implications (index/tables.py)
-- temporary: not in the finished database
create temp table listed_pair as
select distinct
    coalesce(antecedent.name, pair.antecedent_name) as antecedent_name,
    consequent.name as consequent_name,
from listed_implications as pair
left join ranked_tag as antecedent on antecedent.tag_id = pair.antecedent_id
join ranked_tag as consequent on consequent.tag_id = pair.consequent_id
where
    pair.antecedent_id is distinct from pair.consequent_id
    and not exists (
        from lost_row
        where
            lost_row.file_name = 'implications_rej.json.gz'
            and lost_row.content = pair.antecedent_name
    );
