-- closed_pair: a name and a name that it reaches over listed pairs; on a cycle, also itself.
-- The files should have all such pairs, but e6db's closure stops after 16 edges.
-- temporary: not in the finished database
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
