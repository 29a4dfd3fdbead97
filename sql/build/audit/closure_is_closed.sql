-- closure_is_closed: a ranked or rare tag implies all tags that its implied tags imply.
-- It is enough to follow the pairs with no ranked tag between: to follow all takes the third power
-- of the length of a chain.
with pair as (
    select antecedent_id::varchar as antecedent, consequent_id, depth
    from tag_implications
    union all
    select '=' || antecedent_name, consequent_id, depth
    from rare_tag_implications
),
followed as (
    select pair.antecedent, onward.consequent_id
    from pair
    join tag_implications as onward on onward.antecedent_id = pair.consequent_id
    where pair.depth = 1
),
nearest as (
    select antecedent, consequent_id
    from pair
    where depth = 1
    union all
    select pair.antecedent, pair.consequent_id
    from pair
    anti join followed
        on followed.antecedent = pair.antecedent and followed.consequent_id = pair.consequent_id
    where pair.depth is distinct from 1
)
select nearest.antecedent, nearest.consequent_id, onward.consequent_id as missing_id
from nearest
join tag_implications as onward on onward.antecedent_id = nearest.consequent_id
anti join pair as closing
    on closing.antecedent = nearest.antecedent and closing.consequent_id = onward.consequent_id
