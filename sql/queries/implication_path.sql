-- implication_path: a shortest path of implications from one tag to another.
-- $antecedent: the tag that implies
-- $consequent: the tag that is implied
with recursive step as (
    select pair.antecedent_id, pair.consequent_id
    from tag_implications as pair
    -- A direct step, or one whose tags in between are all too rare to have an id.
    where pair.depth = 1 or not exists (
        from tag_implications as first
        join tag_implications as second on second.antecedent_id = first.consequent_id
        where
            first.antecedent_id = pair.antecedent_id
            and second.consequent_id = pair.consequent_id
    )
),
path(last_id, tag_ids) using key (last_id) as (
    select tag_id($antecedent), [tag_id($antecedent)]
    where tag_id($antecedent) is not null
    union
    select step.consequent_id, min(list_append(path.tag_ids, step.consequent_id))
    from path
    join step on step.antecedent_id = path.last_id
    where not exists (from recurring.path as known where known.last_id = step.consequent_id)
    group by step.consequent_id
),
stop as (
    select generate_subscripts(tag_ids, 1) - 1 as step_number, unnest(tag_ids) as tag_id
    from path
    where last_id = tag_id($consequent)
)
select stop.step_number, tags.name, tags.category_name, tags.post_count
from stop
join tags on tags.tag_id = stop.tag_id
order by stop.step_number
