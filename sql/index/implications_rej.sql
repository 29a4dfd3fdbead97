-- implications_rej: the implied ids of a tag without an id.
select antecedent_name, list(consequent_id order by consequent_id) as implied_ids
from rare_tag_implications
group by antecedent_name
order by antecedent_name
