-- alias_end: an alias and the name at the end of its chain.
-- A cycle has no end: its names, and those that lead to it, are left out.
-- temporary: not in the finished database
create temp table alias_end as
-- Backwards from the ends, so that each name is reached once, however long its chain is.
with recursive reached as (
    select last_step.antecedent_name, last_step.consequent_name
    from alias_edge as last_step
    anti join alias_edge as onward on onward.antecedent_name = last_step.consequent_name
    union all
    select step.antecedent_name, reached.consequent_name
    from reached
    join alias_edge as step on step.consequent_name = reached.antecedent_name
)
select antecedent_name, consequent_name
from reached;
