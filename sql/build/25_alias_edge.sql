-- alias_edge: one step from a name to the name that replaces it; a name has at most one.
-- A self-alias is not a step.
-- temporary: not in the finished database
create temp table alias_edge as
select antecedent_name, consequent_name
from alias_row
anti join alias_dropped using (record)
where status = 'active' and antecedent_name <> consequent_name;
