-- tags: the tags with enough posts for an id, numbered by rank.
create table tags as
select
    ranked_tag.tag_id,
    ranked_tag.name,
    ranked_tag.category,
    categories.name as category_name,
    ranked_tag.post_count,
    tagged.tagged_count,
    ranked_tag.site_post_count,
from ranked_tag
join tagged_counts as tagged on tagged.tag_id = ranked_tag.tag_id
left join categories on categories.category = ranked_tag.category
order by ranked_tag.tag_id;

comment on table tags is 'A tag with enough posts for an id, numbered by rank';
comment on column tags.tag_id is 'Rank: 0 is the most used tag';
comment on column tags.name is 'Name, after aliases';
comment on column tags.category is 'Id of its category';
comment on column tags.category_name is 'Name of its category';
comment on column tags.post_count is 'Kept posts that have it; determines the rank';
comment on column tags.tagged_count is 'Kept posts with it in tag_ids, including those where it is only implied';
comment on column tags.site_post_count is 'Posts on the site, according to the export';
