-- rare_tags: a known name that is too rare for an id: in the export of tags, on a post, at the end of an
-- alias or in an implication.
create table rare_tags as
with known as (
    select name from tag_source
    union
    select name from name_use
    union
    select consequent_name from alias_end
    union
    select antecedent_name from implication_edge
    union
    select consequent_name from implication_edge
)
select
    known.name,
    coalesce(tag_source.category, 0)::utinyint as category,
    coalesce(name_use.post_count, 0) as post_count,
    tag_source.site_post_count,
from known
left join tag_source on tag_source.name = known.name
left join name_use on name_use.name = known.name
anti join alias_end on alias_end.antecedent_name = known.name
anti join ranked_tag on ranked_tag.name = known.name
order by known.name;

comment on table rare_tags is 'A known tag with too few kept posts for an id';
comment on column rare_tags.name is 'Name, after aliases';
comment on column rare_tags.category is 'Id of its category';
comment on column rare_tags.post_count is 'Kept posts that have it';
comment on column rare_tags.site_post_count is 'Posts on the site, according to the export';
