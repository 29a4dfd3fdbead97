-- implied_name: a name and a name that it implies, directly or not.
-- Names that imply each other (those on a cycle, and each of them itself) do not imply one another,
-- or each would strip the other from every post.
create temp table implied_name as
select path.antecedent_name, path.consequent_name, path.depth
from implication_path as path
anti join implication_path as back
    on back.antecedent_name = path.consequent_name and back.consequent_name = path.antecedent_name;
