-- rare_tags: a name too rare to have an id, of which the files know no more than what it implies.
create table rare_tags as
select distinct
    antecedent_name as name,
    -- As a tag that is not in the export of tags.
    0::utinyint as category,
    null::bigint as post_count,
    null::bigint as site_post_count,
from implication_edge
anti join ranked_tag on ranked_tag.name = implication_edge.antecedent_name
order by name;

comment on table rare_tags is 'A known tag that too few kept posts have for an id';
comment on column rare_tags.name is 'Name, after aliases';
comment on column rare_tags.category is 'Id of its category';
comment on column rare_tags.post_count is 'Kept posts that have it';
comment on column rare_tags.site_post_count is 'Posts on the site, according to the export';
