-- implication_path: two names that a path of implications connects, with the length of the shortest.
-- A name on a cycle has a path to itself.
-- input: implication_paths (builder/graphs.py)
-- temporary: not in the finished database
create temp table implication_path as
select antecedent_name, consequent_name, depth
from implication_paths;
