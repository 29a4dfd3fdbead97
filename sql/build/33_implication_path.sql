-- implication_path: two names that a path of implications connects, with the length of the shortest.
-- With a depth in it a plain UNION would run round a cycle for ever: a pair is kept once, by its
-- key, and taken up only while it is unknown. The first path found is a shortest one.
create temp table implication_path as
with recursive path(antecedent_name, consequent_name, depth)
using key (antecedent_name, consequent_name) as (
    select antecedent_name, consequent_name, 1
    from implication_edge
    union
    select path.antecedent_name, edge.consequent_name, path.depth + 1
    from path
    join implication_edge as edge on edge.antecedent_name = path.consequent_name
    where not exists (
        from recurring.path as known
        where
            known.antecedent_name = path.antecedent_name
            and known.consequent_name = edge.consequent_name
    )
)
select antecedent_name, consequent_name, depth
from path;
