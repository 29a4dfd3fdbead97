-- implied_name: a name and a name that it implies, directly or not.
-- Implications within a cycle are left out, including those of a name to itself. Otherwise each of
-- two such tags would count as implied by the other on every post.
-- temporary: not in the finished database
create temp table implied_name as
select path.antecedent_name, path.consequent_name, path.depth
from implication_path as path
anti join implication_path as back
    on back.antecedent_name = path.consequent_name and back.consequent_name = path.antecedent_name;
