-- tag_pair: a tag that either build knows, ranked or rare, with its category, rank and posts in each.
-- The older build may have been made before the view known_names.
create or replace temp table tag_pair as
with old_tag as (
    select name, category, tag_id, post_count
    from old.main.tags
    union all
    select name, category, null, post_count
    from old.main.rare_tags
),
new_tag as (
    select name, category, tag_id, post_count
    from known_names
    where not is_alias
)
select
    coalesce(new_tag.name, old_tag.name) as name,
    old_tag.name is not null as was_known,
    new_tag.name is not null as is_known,
    old_category.name as category_before,
    new_category.name as category_after,
    old_tag.tag_id as rank_before,
    new_tag.tag_id as rank_after,
    old_tag.post_count as posts_before,
    new_tag.post_count as posts_after,
from old_tag
full join new_tag on new_tag.name = old_tag.name
left join old.main.categories as old_category on old_category.category = old_tag.category
left join categories as new_category on new_category.category = new_tag.category;
