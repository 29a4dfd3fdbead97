-- implies: what a tag implies, nearest first, each with the tag before it on a shortest way there.
with pair as (
    select antecedent.name as antecedent_name, consequent.name as consequent_name, edge.depth
    from tag_implications as edge
    join tags as antecedent on antecedent.tag_id = edge.antecedent_id
    join tags as consequent on consequent.tag_id = edge.consequent_id
    union all
    select edge.antecedent_name, consequent.name, edge.depth
    from rare_tag_implications as edge
    join tags as consequent on consequent.tag_id = edge.consequent_id
),
implied as (
    select consequent_name as name, depth
    from pair
    where antecedent_name = $name
),
-- The tag itself stands before what has only tags too rare for an id in between.
step as (
    select child.name, min(parent.name) as parent
    from implied as child
    join implied as parent on parent.depth = child.depth - 1
    join pair
        on pair.antecedent_name = parent.name
        and pair.consequent_name = child.name
        and pair.depth = 1
    group by child.name
)
select
    implied.name as tag,
    tags.category_name as category,
    tags.post_count as posts,
    implied.depth,
    coalesce(step.parent, $name) as parent,
from implied
join tags on tags.name = implied.name
left join step on step.name = implied.name
order by implied.depth, tags.tag_id
