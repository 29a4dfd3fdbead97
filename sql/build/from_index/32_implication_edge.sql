-- implication_edge: a pair with no name in between, which is taken for a direct implication.
-- The files do not tell which are direct; one that is only a short cut past others is not found.
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
