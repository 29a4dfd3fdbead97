-- implied_by: the tags that imply a tag, nearest first, each with the tag next on a shortest way.
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
implying as (
    select antecedent_name as name, depth
    from pair
    where consequent_name = $name
),
step as (
    select child.name, min(parent.name) as parent
    from implying as child
    join implying as parent on parent.depth = child.depth - 1
    join pair
        on pair.antecedent_name = child.name
        and pair.consequent_name = parent.name
        and pair.depth = 1
    group by child.name
)
select
    implying.name as tag,
    categories.name as category,
    coalesce(tags.post_count, rare_tags.post_count) as posts,
    implying.depth,
    coalesce(step.parent, $name) as parent,
from implying
left join tags on tags.name = implying.name
left join rare_tags on rare_tags.name = implying.name
left join categories on categories.category = coalesce(tags.category, rare_tags.category)
left join step on step.name = implying.name
order by implying.depth, tags.tag_id nulls last, posts desc, implying.name
