-- implied_tags: the tags that some tags imply, and those that the implied tags imply, nearest first.
-- $tag_ids: the tags with ids
-- $names: the rare tags, which have no ids
with asked as (
    select distinct unnest($tag_ids::uinteger[]) as tag_id
),
reached as (
    select tag_id from asked
    union
    select pair.consequent_id
    from tag_implications as pair
    semi join asked on asked.tag_id = pair.antecedent_id
    union
    select pair.consequent_id
    from rare_tag_implications as pair
    where list_contains($names::varchar[], pair.antecedent_name)
),
edge as (
    select pair.antecedent_id, null as antecedent_name, pair.consequent_id, pair.depth
    from tag_implications as pair
    semi join reached on reached.tag_id = pair.antecedent_id
    union all
    select null, pair.antecedent_name, pair.consequent_id, pair.depth
    from rare_tag_implications as pair
    where list_contains($names::varchar[], pair.antecedent_name)
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
