-- facts: the names and counts of a tag; a rare one has no rank.
select
    known.name as tag,
    categories.name as category,
    known.tag_id as rank,
    known.post_count as posts,
    tags.tagged_count as tagged_posts,
    known.site_post_count as site_posts,
    (
        select coalesce(list(antecedent_name order by antecedent_name), [])
        from tag_aliases
        where consequent_name = known.name
    ) as aliases,
from known_names as known
left join tags on tags.tag_id = known.tag_id
left join categories on categories.category = known.category
where known.spelling = $name and not known.is_alias
