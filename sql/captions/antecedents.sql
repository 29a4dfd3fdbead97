-- antecedents: each pair of the name of a tag, with its category, and the id of one it implies.
select tags.name, tags.category, tag_implications.consequent_id
from tag_implications
join tags on tags.tag_id = tag_implications.antecedent_id
union all
select rare_tags.name, rare_tags.category, rare_tag_implications.consequent_id
from rare_tag_implications
join rare_tags on rare_tags.name = rare_tag_implications.antecedent_name
