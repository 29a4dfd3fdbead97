-- implied_tags_exist: both tags of an implication exist under their ids.
select consequent_id
from (
    select consequent_id from tag_implications
    union all
    select antecedent_id from tag_implications
    union all
    select consequent_id from rare_tag_implications
) as named(consequent_id)
anti join tags on tags.tag_id = named.consequent_id
