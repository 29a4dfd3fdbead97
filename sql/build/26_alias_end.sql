-- alias_end: an alias and the name at the end of its chain.
-- A cycle has no end: its names, and those that lead to it, are left out.
-- input: alias_ends (builder/graphs.py)
-- temporary: not in the finished database
create temp table alias_end as
select antecedent_name, consequent_name
from alias_ends;
