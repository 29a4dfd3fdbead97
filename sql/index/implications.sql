-- implications: the ids that a tag with an id implies.
select antecedent_id, list(consequent_id order by consequent_id) as implied_ids
from tag_implications
group by antecedent_id
order by antecedent_id
