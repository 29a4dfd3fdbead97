-- rare_tags: a name that is too rare for an id; the files have only its implications.
create table rare_tags as
select distinct
    antecedent_name as name,
    -- General, like a tag that is not in the export of tags.
    0::utinyint as category,
    null::bigint as post_count,
    null::bigint as site_post_count,
from implication_edge
anti join ranked_tag on ranked_tag.name = implication_edge.antecedent_name
order by name;

comment on table rare_tags is 'A known tag with too few kept posts for an id';
comment on column rare_tags.name is 'Name, after aliases';
comment on column rare_tags.category is 'Id of its category';
comment on column rare_tags.post_count is 'Kept posts that have it';
comment on column rare_tags.site_post_count is 'Posts on the site, according to the export';
