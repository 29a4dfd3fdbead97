-- alias_end: an alias and the name at the end of its chain.
-- A name on a cycle reaches only names that go on, so neither it nor what leads to it has an end.
create temp table alias_end as
with recursive reached as (
    select antecedent_name, consequent_name
    from alias_edge
    -- UNION drops pairs already seen, so a cycle ends the recursion.
    union
    select reached.antecedent_name, step.consequent_name
    from reached
    join alias_edge as step on step.antecedent_name = reached.consequent_name
)
select reached.antecedent_name, reached.consequent_name
from reached
anti join alias_edge as onward on onward.antecedent_name = reached.consequent_name;
