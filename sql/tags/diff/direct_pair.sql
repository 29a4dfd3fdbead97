-- direct_pair: a direct implication that only one of the builds has, by the present names of its tags.
-- A renamed tag keeps its implications. A build keeps the implications of consequents that have an id;
-- a consequent that has become rare, or common, is therefore not a change.
create or replace temp table direct_pair as
with old_edge(antecedent_name, consequent_name) as (
    select antecedent.name, consequent.name
    from old.main.tag_implications as edge
    join old.main.tags as antecedent on antecedent.tag_id = edge.antecedent_id
    join old.main.tags as consequent on consequent.tag_id = edge.consequent_id
    where edge.depth = 1
    union all
    select edge.antecedent_name, consequent.name
    from old.main.rare_tag_implications as edge
    join old.main.tags as consequent on consequent.tag_id = edge.consequent_id
    where edge.depth = 1
),
old_pair(antecedent_name, consequent_name) as (
    select distinct
        coalesce(antecedent.consequent_name, old_edge.antecedent_name),
        coalesce(consequent.consequent_name, old_edge.consequent_name),
    from old_edge
    left join tag_aliases as antecedent on antecedent.antecedent_name = old_edge.antecedent_name
    left join tag_aliases as consequent on consequent.antecedent_name = old_edge.consequent_name
),
new_pair(antecedent_name, consequent_name) as (
    select antecedent.name, consequent.name
    from tag_implications as edge
    join tags as antecedent on antecedent.tag_id = edge.antecedent_id
    join tags as consequent on consequent.tag_id = edge.consequent_id
    where edge.depth = 1
    union all
    select edge.antecedent_name, consequent.name
    from rare_tag_implications as edge
    join tags as consequent on consequent.tag_id = edge.consequent_id
    where edge.depth = 1
),
changed as (
    select *, true as is_new
    from (from new_pair except from old_pair)
    union all
    select *, false
    from (from old_pair except from new_pair)
    where antecedent_name <> consequent_name
)
select changed.antecedent_name, changed.consequent_name, changed.is_new
from changed
left join tag_pair as consequent on consequent.name = changed.consequent_name
where
    if(
        changed.is_new,
        consequent.rank_before is not null or not consequent.was_known,
        consequent.rank_after is not null or not consequent.is_known
    );
