-- closed_pair: a name and a name that a path of listed pairs leads to; on a cycle, itself.
-- The files should hold every such pair; e6db's closure stops at 16 edges.
create temp table closed_pair as
with recursive reached as (
    select antecedent_name, consequent_name
    from listed_pair
    -- UNION drops pairs already seen, so a cycle ends the recursion.
    union
    select reached.antecedent_name, step.consequent_name
    from reached
    join listed_pair as step on step.antecedent_name = reached.consequent_name
)
select antecedent_name, consequent_name
from reached;
