-- all_implied_tags: each pair of a tag and one that it implies, nearest first.
with edge as (
    select antecedent_id, null as antecedent_name, consequent_id, depth
    from tag_implications
    union all
    select null, antecedent_name, consequent_id, depth
    from rare_tag_implications
)
select
    edge.antecedent_id,
    edge.antecedent_name,
    known_tag.name,
    known_tag.tag_id,
    known_tag.category,
    known_tag.use_count,
from edge
join known_tag on known_tag.tag_id = edge.consequent_id
-- A name with a separator of pieces cannot be in a caption.
where not regexp_matches(known_tag.name, '[,\n]|\|\|\||;;;')
order by edge.depth, edge.consequent_id
