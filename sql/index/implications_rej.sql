-- implications_rej: the ids that a tag without an id implies.
select antecedent_name, list(consequent_id order by consequent_id) as implied_ids
from rare_tag_implications
group by antecedent_name
order by antecedent_name
