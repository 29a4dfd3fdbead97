-- kin: what a tag implies, or what implies it, nearest first, each with the tag before it on a
-- shortest way there. is_implied: whether the tag is the one that is implied.
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
way as (
    select
        if($is_implied, consequent_name, antecedent_name) as start_name,
        if($is_implied, antecedent_name, consequent_name) as end_name,
        depth,
    from pair
),
kin as (
    select end_name as name, depth
    from way
    where start_name = $name
),
-- The tag itself stands before what has only tags too rare for an id in between.
step as (
    select child.name, min(parent.name) as parent
    from kin as child
    join kin as parent on parent.depth = child.depth - 1
    join way on way.start_name = parent.name and way.end_name = child.name and way.depth = 1
    group by child.name
)
select
    kin.name as tag,
    categories.name as category,
    coalesce(tags.post_count, rare_tags.post_count) as posts,
    kin.depth,
    coalesce(step.parent, $name) as parent,
from kin
left join tags on tags.name = kin.name
left join rare_tags on rare_tags.name = kin.name
left join categories on categories.category = coalesce(tags.category, rare_tags.category)
left join step on step.name = kin.name
order by kin.depth, tags.tag_id nulls last, posts desc, kin.name
