-- known_names: a name that stands for a tag: the tag's own, ranked or rare, or an alias.
-- The posts of a rare tag are found by its own name only: to join its aliases to the million rare tags
-- would take longer than the rest of a look-up.
create view known_names as
select
    name as spelling,
    name,
    false as is_alias,
    tag_id,
    category,
    post_count,
    site_post_count,
from tags
union all
select name, name, false, null, category, post_count, site_post_count
from rare_tags
union all
select
    tag_aliases.antecedent_name,
    tag_aliases.consequent_name,
    true,
    tag_aliases.tag_id,
    tags.category,
    tags.post_count,
    tags.site_post_count,
from tag_aliases
left join tags on tags.tag_id = tag_aliases.tag_id;

comment on view known_names is 'A name of a tag, ranked or rare: its own or an alias';
comment on column known_names.spelling is 'The name or the alias';
comment on column known_names.name is 'Name of the tag that it stands for';
comment on column known_names.is_alias is 'Whether spelling is an alias';
comment on column known_names.tag_id is 'The tag, as tags.tag_id; null if it is rare';
comment on column known_names.category is 'Id of its category; null for an alias of a rare tag';
comment on column known_names.post_count is 'Kept posts that have it; null for an alias of a rare tag';
comment on column known_names.site_post_count is 'Posts on the site; null for an alias of a rare tag';
