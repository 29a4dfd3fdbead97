-- relatives: the tags that a tag implies, or that imply it, nearest first, each with the tag before it
-- on a shortest path.
-- $is_implied: return the tags that imply it
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
path as (
    select
        if($is_implied, consequent_name, antecedent_name) as start_name,
        if($is_implied, antecedent_name, consequent_name) as end_name,
        depth,
    from pair
),
relative as (
    select end_name as name, depth
    from path
    where start_name = $name
),
-- If all tags in between are too rare for an id, the parent is the tag itself.
step as (
    select child.name, min(parent.name) as parent
    from relative as child
    join relative as parent on parent.depth = child.depth - 1
    join path on path.start_name = parent.name and path.end_name = child.name and path.depth = 1
    group by child.name
)
select
    relative.name as tag,
    categories.name as category,
    coalesce(tags.post_count, rare_tags.post_count) as posts,
    relative.depth,
    coalesce(step.parent, $name) as parent,
from relative
left join tags on tags.name = relative.name
left join rare_tags on rare_tags.name = relative.name
left join categories on categories.category = coalesce(tags.category, rare_tags.category)
left join step on step.name = relative.name
order by relative.depth, tags.tag_id nulls last, posts desc, relative.name
