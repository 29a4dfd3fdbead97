-- known_tag: a tag that a caption may name, with the uses that decide how rare it is.
-- A name that holds what separates the pieces of a caption cannot stand in one.
create temp view known_tag as
with tag as (
    select name, tag_id, category, coalesce(site_post_count, post_count) as use_count from tags
    union all
    select name, null, category, post_count from rare_tags
)
select name, tag_id, category, use_count
from tag
where not regexp_matches(name, '[,\n]|\|\|\||;;;');
