-- implication_edge: a pair with no name between, which is taken as a direct implication.
-- The files do not say which pairs are direct: a direct one beside a longer path is not found.
-- temporary: not in the finished database
create temp table implication_edge as
with pair as (
    select closed.antecedent_name, closed.consequent_name
    from closed_pair as closed
    -- Names that imply each other do not imply one another, as in implied_name.
    anti join closed_pair as back
        on back.antecedent_name = closed.consequent_name
        and back.consequent_name = closed.antecedent_name
),
longer as (
    select first.antecedent_name, second.consequent_name
    from pair as first
    join pair as second on second.antecedent_name = first.consequent_name
)
select pair.antecedent_name, pair.consequent_name
from pair
anti join longer
    on longer.antecedent_name = pair.antecedent_name
    and longer.consequent_name = pair.consequent_name;
