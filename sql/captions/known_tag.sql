-- known_tag: a tag with or without an id, with the number of uses that decides whether it is rare.
create or replace temp view known_tag as
select name, tag_id, category, coalesce(site_post_count, post_count) as use_count
from known_names
where not is_alias;
