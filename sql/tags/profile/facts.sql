-- facts: what is known of a tag by itself; it has no rank where it is rare.
with known as (
    select name, category, tag_id, post_count, tagged_count, site_post_count
    from tags
    union all
    select name, category, null, post_count, null, site_post_count
    from rare_tags
)
select
    known.name as tag,
    categories.name as category,
    known.tag_id as rank,
    known.post_count as posts,
    known.tagged_count as tagged_posts,
    known.site_post_count as site_posts,
    (
        select coalesce(list(antecedent_name order by antecedent_name), [])
        from tag_aliases
        where consequent_name = known.name
    ) as aliases,
from known
left join categories on categories.category = known.category
where known.name = $name
