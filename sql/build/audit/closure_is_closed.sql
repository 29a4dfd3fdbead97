-- closure_is_closed: a ranked or rare tag implies all tags that its implied tags imply.
with pair as (
    select antecedent_id::varchar as antecedent, consequent_id
    from tag_implications
    union all
    select '=' || antecedent_name, consequent_id
    from rare_tag_implications
)
select pair.antecedent, pair.consequent_id, onward.consequent_id as missing_id
from pair
join tag_implications as onward on onward.antecedent_id = pair.consequent_id
anti join pair as closing
    on closing.antecedent = pair.antecedent and closing.consequent_id = onward.consequent_id
